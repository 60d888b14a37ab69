"""Tests of what every address has in common."""
