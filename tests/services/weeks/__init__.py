"""Tests of app.services.weeks."""
