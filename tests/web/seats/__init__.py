"""Seats as they move."""
