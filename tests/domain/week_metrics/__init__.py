"""Tests of the metrics of a week."""
