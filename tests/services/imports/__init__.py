"""Tests of app.services.imports."""
