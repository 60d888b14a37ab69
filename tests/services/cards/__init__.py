"""Tests of app.services.cards."""
