"""Tests of app.services.intake."""
