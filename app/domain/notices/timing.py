"""The time of a notice: reminders before a shift, and quiet hours in which nobody's phone should ring."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, boundary
from app.domain.notices.model import Kind

QUIET_FROM, QUIET_UNTIL = time(21), time(7)
URGENT = timedelta(hours=12)
"""The time before a shift within which anything about it is sent at any hour."""
LEADS: dict[Kind, timedelta] = {"day-before": timedelta(days=1), "soon": timedelta(minutes=30)}
"""The time before a shift's start at which each reminder is due."""
MOST_LATE = timedelta(hours=2)
"""A reminder of the day before that is later than this says nothing that is of use any more."""

_UNTIL_START: frozenset[Kind] = frozenset({"day-before", "soon", "seat-free"})


def remind_at(kind: Kind, starts_at: datetime) -> datetime:
    """The moment a reminder is due (UTC), quiet hours aside."""
    return starts_at - LEADS[kind]


def send_at(due: datetime, starts_at: datetime | None, zone: ZoneInfo) -> datetime:
    """The moment something due is sent (UTC): in quiet hours it waits until 07:00 of its reader's zone.

    Not so what is about a shift that starts within twelve hours. Where clocks skip 07:00 or show it twice, the wait
    ends at the jump, or the first time.
    """
    local = due.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM or (starts_at is not None and starts_at - due <= URGENT):
        return due
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + ONE_DAY
    return boundary(datetime.combine(day, QUIET_UNTIL), zone)


def is_too_late(kind: Kind, due: datetime, starts_at: datetime | None, now: datetime) -> bool:
    """Tell whether a notice that was due at a moment, quiet hours included, is of no use any more.

    Reminders and free seats are until the start; a reminder of the day before two hours after it was due.
    """
    if kind in _UNTIL_START and starts_at is not None and now >= starts_at:
        return True
    return kind == "day-before" and now - due > MOST_LATE


def minutes_left(starts_at: datetime, now: datetime) -> int:
    """The whole minutes until a start, at least one."""
    return max(1, round((starts_at - now).total_seconds() / 60))
