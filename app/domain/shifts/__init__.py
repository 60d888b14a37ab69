"""Shifts: who may take a seat, what becomes of it, and what it is worth."""
