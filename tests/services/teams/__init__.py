"""Tests of app.services.teams."""
