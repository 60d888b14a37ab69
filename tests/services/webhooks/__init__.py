"""Tests of app.domain.notices."""
