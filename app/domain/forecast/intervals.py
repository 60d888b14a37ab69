"""Intervals of local days: contacts counted by day and start, as forecasts learn from them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from app.domain.calendar.clock_times import MIDNIGHT_AFTER, Minutes
from app.domain.calendar.days import ONE_DAY, first_moment, local_day
from app.domain.calendar.slots import slot

Channel = Literal["email", "chat", "phone"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Length = Literal[30, 120]
LENGTHS: tuple[Length, ...] = get_args(Length)
_MINUTE = timedelta(minutes=1)


class Count(NamedTuple):
    """Contacts that were counted in an interval of so many minutes."""

    starts_at: datetime
    minutes: int
    contacts: int


class Interval(NamedTuple):
    """An interval of a local day: its start by the clock, in UTC, and the minutes that really pass."""

    start: Minutes
    starts_at: datetime
    minutes: int


def intervals_of(day: date, length: Length, zone: ZoneInfo) -> list[Interval]:
    """The intervals of a local day, which step by the clock on the wall; those that clocks skip are left out."""
    begins, ends = first_moment(day, zone), first_moment(day + ONE_DAY, zone)
    starts = range(0, MIDNIGHT_AFTER, length)
    if ends - begins == ONE_DAY:
        return [Interval(start, begins + start * _MINUTE, length) for start in starts]
    found = (slot(day, start, min(start + length, MIDNIGHT_AFTER), zone) for start in starts)
    return [Interval(each.start, each.starts_at, each.minutes) for each in found if each.minutes]


class ByDay(NamedTuple):
    """Counts of days that have data; `coarse` days were counted in longer intervals than are asked for."""

    days: Mapping[date, Mapping[Minutes, int]]
    coarse: frozenset[date]


def by_day(imported: Iterable[Count], starts: Iterable[datetime], length: Length, zone: ZoneInfo) -> ByDay:
    """Count contacts by local day and start: those imported, and on days without any of these, those that began.

    A day with anything has data, so its other intervals are 0. Intervals of odd length are left out.
    """
    counts: defaultdict[date, list[tuple[datetime, int]]] = defaultdict(list)
    coarse: set[date] = set()
    for each in imported:
        day = local_day(each.starts_at, zone)
        counts[day].append((each.starts_at, each.contacts))
        if each.minutes > length:
            coarse.add(day)
    known = frozenset(counts)
    for moment in starts:
        day = local_day(moment, zone)
        if day not in known:
            counts[day].append((moment, 1))
    days = {day: _counted(day, counts[day], length, zone) for day in sorted(counts) if day not in coarse}
    return ByDay(days, frozenset(coarse))


def _counted(day: date, counts: Sequence[tuple[datetime, int]], length: Length, zone: ZoneInfo) -> dict[Minutes, int]:
    intervals = intervals_of(day, length, zone)
    begins = [each.starts_at for each in intervals]
    sums = [0] * len(intervals)
    for moment, contacts in counts:
        sums[bisect_right(begins, moment) - 1] += contacts
    return {each.start: contacts for each, contacts in zip(intervals, sums, strict=True) if each.minutes == length}
