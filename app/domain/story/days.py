"""Counts by time: activities per local day and kind, shifts per weekday and hour."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, local_day
from app.domain.rules.model import SHIFT, Rules
from app.domain.scoring.activity import Activity
from app.domain.story.model import Cell, DayCount


def count_days(
    activities: Iterable[Activity], rules: Rules, zone: ZoneInfo, starts: date, ends: date
) -> tuple[DayCount, ...]:
    """Every local day from `starts` to `ends`, with what was done on it; the sums are the board's totals."""
    counts = Counter((local_day(activity.occurred_at, zone), activity.kind) for activity in activities)
    days = [starts + number * ONE_DAY for number in range((ends - starts).days + 1)]
    return tuple(DayCount(day, {kind.name: counts[day, kind.name] for kind in rules.kinds}) for day in days)


def cover_hours(activities: Iterable[Activity], zone: ZoneInfo) -> tuple[Cell, ...]:
    """Shifts by weekday and hour of their scheduled start, local time."""
    starts = (activity.occurred_at.astimezone(zone) for activity in activities if activity.kind == SHIFT)
    covered = Counter((start.weekday(), start.hour) for start in starts)
    return tuple(Cell(weekday, hour, shifts) for (weekday, hour), shifts in sorted(covered.items()))
