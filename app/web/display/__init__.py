"""The office display: its page and stream, and how a screen is paired."""
