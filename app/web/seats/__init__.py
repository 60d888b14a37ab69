"""Seats of shifts as every reader sees them, kept ready while somebody watches."""
