"""Slack: who its people are here, and what became of what they said."""
