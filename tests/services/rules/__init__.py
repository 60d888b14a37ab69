"""Tests of app.services.rules."""
