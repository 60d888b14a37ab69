"""Tests of the pages of shifts."""
