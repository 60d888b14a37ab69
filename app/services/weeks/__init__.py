"""Weeks: found, made, locked."""
