"""Tests of app.services.feedback."""
