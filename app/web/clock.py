"""The one clock requests are answered by; tests and the demo bring their own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The moment it is, in UTC."""
    return datetime.now(UTC)
