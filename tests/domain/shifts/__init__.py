"""Tests of app.domain.shifts."""
