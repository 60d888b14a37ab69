"""The pace at which Slack may be called: lanes that are counted apart, and the gap between calls in each."""

from datetime import timedelta

_PER_MINUTE = {
    "chat.update": 50, "users.lookupByEmail": 50, "views.publish": 100, "users.info": 100,
}  # fmt: skip
POST = "chat.postMessage"
USUAL = 100
"""Calls a minute of a method that isn't named above; Slack's tiers 2 to 4 allow 20 to 100 and more."""


def lane_of(method: str, channel: str = "") -> str:
    """The lane of a call: its method, and for a post its channel as well."""
    return f"{method} {channel}" if method == POST else method


def gap_of(method: str) -> timedelta:
    """The time between two calls of a lane: a second for posts to a channel."""
    return timedelta(seconds=1 if method == POST else 60 / _PER_MINUTE.get(method, USUAL))
