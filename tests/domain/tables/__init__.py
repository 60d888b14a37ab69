"""Tests of tables as people hand them in."""
