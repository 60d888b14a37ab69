"""Capacity: questions as they come in, bounded, and their answers."""
