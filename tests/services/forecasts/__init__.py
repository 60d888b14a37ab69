"""Tests of app.services.forecasts."""
