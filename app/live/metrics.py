"""Figures of our own, beside those of the process."""

from prometheus_client import Counter

LIVE_FAILURES = Counter("live_failures", "Messages that could not be made for a topic's viewers", ["topic"])
