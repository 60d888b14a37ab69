"""Slots: the shifts a pattern makes of local days, stepping by the clock on the wall."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.domain.calendar.clock_times import MIDNIGHT_AFTER, Minutes
from app.domain.calendar.days import ONE_DAY, boundary, first_moment

Rest = Literal["short", "drop"]
SHORTEST_REST: Minutes = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Slots of so many `minutes` from `start` to `until` on some weekdays (0 is Monday).

    `start` is before `until`. `rest` says what becomes of a last piece under `minutes`: a short slot, if it has at
    least half an hour, or none.
    """

    weekdays: frozenset[int]
    start: Minutes
    until: Minutes
    minutes: Minutes = 120
    rest: Rest = "short"


ASSEMBLY_WEEK = Pattern(frozenset(range(5)), 6 * 60, 18 * 60)
WEDNESDAY_ROTATION = Pattern(frozenset({2}), 7 * 60, 18 * 60)


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of a local day; `starts_at` and `ends_at` are its boundaries in UTC, half-open.

    Clocks that change make it longer or shorter than `start` and `until` say, or empty where they skip all of it.
    """

    day: date
    start: Minutes
    until: Minutes
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """Minutes that really pass, none where clocks skip it."""
        return max(0, (self.ends_at - self.starts_at) // MINUTE)

    @property
    def clock_minutes(self) -> Minutes:
        """Minutes by the clock on the wall."""
        return self.until - self.start


def boundary_at(day: date, minutes: Minutes, zone: ZoneInfo) -> datetime:
    """The boundary of a time of a local day, in UTC; 24:00 is the first moment of the next day."""
    if minutes == MIDNIGHT_AFTER:
        return first_moment(day + ONE_DAY, zone)
    return boundary(datetime.combine(day, time(minutes // 60, minutes % 60)), zone)


def slot(day: date, start: Minutes, until: Minutes, zone: ZoneInfo) -> Slot:
    """The slot from one time of a local day to another."""
    return Slot(day, start, until, boundary_at(day, start, zone), boundary_at(day, until, zone))


def slot_between(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Slot:
    """The slot between two moments, on the local day of the first; an end at that day's midnight is its 24:00."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = 60 * end.hour + end.minute
    if until == 0 and end.date() == start.date() + ONE_DAY:
        until = MIDNIGHT_AFTER
    return Slot(start.date(), 60 * start.hour + start.minute, until, starts_at, ends_at)


def slots_of(pattern: Pattern, first: date, last: date, zone: ZoneInfo) -> Iterator[Slot]:
    """Every piece of the pattern on the days from `first` to `last`, both included, in order.

    Those to leave out are among them: see `is_left_out`.
    """
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        if day.weekday() in pattern.weekdays:
            for start in range(pattern.start, pattern.until, pattern.minutes):
                yield slot(day, start, min(start + pattern.minutes, pattern.until), zone)


def is_left_out(slot: Slot, pattern: Pattern) -> bool:
    """True for a piece that is no shift: clocks skip it, or it is a rest that the pattern drops."""
    return slot.minutes == 0 or is_dropped_rest(slot, pattern)


def is_dropped_rest(slot: Slot, pattern: Pattern) -> bool:
    """True for a last piece under the pattern's `minutes` that is to be dropped or under half an hour."""
    is_rest = slot.clock_minutes < pattern.minutes
    return is_rest and (pattern.rest == "drop" or slot.clock_minutes < SHORTEST_REST)
