"""Slack: what is typed there."""
