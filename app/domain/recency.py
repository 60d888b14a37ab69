"""Recency under clock skew: the one comparison of stored moments with now."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=1)
"""The clock skew allowed between replicas. What lies further ahead was written by a clock that was wrong."""


def is_recent(then: datetime, now: datetime, limit: timedelta, *, ahead: timedelta = TOLERANCE) -> bool:
    """Tell whether a kept moment lies less than `limit` back.

    A moment in the future is not, beyond `ahead`: or what was written by a clock that was a day ahead would count for a
    day longer, and what it forbade would be forbidden for a day.
    """
    return -ahead <= now - then < limit


def due_again(last: datetime | None, now: datetime, interval: timedelta) -> datetime:
    """Return when what was done last at a moment is to be done again: an interval later, or now if it was no moment.

    Never done is no moment, nor is one in the future.
    """
    return now if last is None or not is_recent(last, now, timedelta.max) else last + interval
