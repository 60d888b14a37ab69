"""Slack: what is sent to it."""
