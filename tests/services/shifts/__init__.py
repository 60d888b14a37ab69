"""Tests of app.services.shifts."""
