"""Tests of app.services.access."""
