"""Tests of app.domain.quality."""
