"""Screens: their plans and quiet hours."""
