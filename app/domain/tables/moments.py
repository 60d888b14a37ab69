"""Days and times as spreadsheets save them, where they can mean one thing alone."""

import re
from datetime import date

from app.domain.calendar.clock_times import Minutes, parse_clock_time

_DAY = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})( 00?:00(:00)?)?", re.ASCII)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:h](\d\d)(?::00)?|\.(00))?(?: ?([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE)


def read_date(text: str) -> date | None:
    """A day such as 2026-03-09, 2026/3/9 or 9.3.2026; None for others: 3/9/2026 is two days, by who reads it."""
    match = _DAY.fullmatch(text) or _DOTTED.fullmatch(text)
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        return None


def read_clock_time(text: str) -> Minutes | None:
    """The minutes of a time such as 6:00, 06:00:00, 6.00, 6:00 AM or 6 pm, up to 24:00; None for others.

    Not 6.30, which may be a fraction: 0.25 is how spreadsheets keep 6:00.
    """
    match = _CLOCK.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    hour, minutes, half = int(match[1]), match[2] or match[3], match[4]
    if half is None and minutes is None:
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    return parse_clock_time(f"{hour:02}:{minutes or '00'}")
