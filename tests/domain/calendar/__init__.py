"""Tests of app.domain.calendar."""
