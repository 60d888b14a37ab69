"""Tests of app.domain.standings."""
