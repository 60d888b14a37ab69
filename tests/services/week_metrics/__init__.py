"""Tests of app.services.week_metrics."""
