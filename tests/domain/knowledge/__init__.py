"""Tests of app.domain.knowledge."""
