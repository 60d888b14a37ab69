"""Slack: what people are shown there, and the answers to its calls."""
