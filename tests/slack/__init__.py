"""A stand-in for Slack, as a program of its own: `python -m tests.slack` (see `server.py`)."""
