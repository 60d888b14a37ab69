"""Tests of app.services.scoring."""
