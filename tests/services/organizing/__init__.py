"""Tests of app.services.organizing."""
