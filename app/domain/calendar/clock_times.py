"""Times of a local day, to the minute: minutes since its midnight, 24:00 being the midnight after it."""

import re
from typing import TypeAlias

Minutes: TypeAlias = int
"""Minutes since midnight as a clock on the wall counts them, 0 to 1440: a plain clock's, whatever the day's length."""

MIDNIGHT_AFTER: Minutes = 24 * 60
_CLOCK_TIME = re.compile(r"(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


def parse_clock_time(text: str) -> Minutes | None:
    """The minutes of a time such as "06:00", up to "24:00"; None for any other text."""
    match = _CLOCK_TIME.fullmatch(text)
    if match is None:
        return None
    return MIDNIGHT_AFTER if match[1] is None else 60 * int(match[1]) + int(match[2])


def clock_text(minutes: Minutes) -> str:
    """A time as people and programs write it: "06:00", "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
