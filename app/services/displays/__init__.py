"""Displays: screens and what they show."""
