"""Tests of app.domain.feedback."""
