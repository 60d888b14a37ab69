"""Tests of app.integrations.sources."""
