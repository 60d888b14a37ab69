"""Tests of app.domain.scoring."""
