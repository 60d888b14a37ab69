"""Intake: what outside tools report, and what follows from it."""
