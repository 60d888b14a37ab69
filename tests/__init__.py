"""Tests, one package per layer."""
