"""Intake: connections to tools, their deliveries, and how these become activities."""
