"""Tests of app.domain.text."""
