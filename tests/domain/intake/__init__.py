"""Tests of app.domain.intake."""
