"""Tests of app.services.displays."""
