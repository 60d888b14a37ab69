"""Silence: from when on a source that used to report has been quiet for too long."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, local_day

DAY_BEGINS, DAY_ENDS = time(6), time(18)
PATIENCE = timedelta(hours=3)  # a shift and a half: no tool in use reports nothing for so long by day


def stale_from(last_heard: datetime, starts: date, ends: date, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) by which a source has been silent for three hours between 6:00 and 18:00 local time.

    Only the week's days from `starts` to `ends` count, so nobody is missed at night; None where they end before that.
    """
    patience = PATIENCE
    day = max(starts, local_day(last_heard, zone))
    while day <= ends:
        begins = max(datetime.combine(day, DAY_BEGINS, zone).astimezone(UTC), last_heard)
        silent = datetime.combine(day, DAY_ENDS, zone).astimezone(UTC) - begins
        if silent >= patience:
            return begins + patience
        patience -= max(silent, timedelta())
        day += ONE_DAY
    return None
