"""The header `Retry-After`: how long another server wants to be left alone."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime


def read(text: str, now: datetime, longest: timedelta) -> timedelta | None:
    """The wait that a header asks for, in seconds or as a date, `longest` at most; None without one."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        wait = timedelta(seconds=int(text))
    else:
        try:
            wait = parsedate_to_datetime(text) - now
        except (TypeError, ValueError, OverflowError):  # no date, one without a zone, one beyond the calendar
            return None
    return min(max(wait, timedelta()), longest)
