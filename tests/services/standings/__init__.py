"""Tests of app.services.standings."""
