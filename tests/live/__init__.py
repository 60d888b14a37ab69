"""Tests of live updates, whatever they show."""
