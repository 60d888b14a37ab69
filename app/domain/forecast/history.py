"""History: contacts of one channel by local day and start, and which of them forecasts may learn from."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from app.domain.calendar.clock_times import Minutes

WEEK = 7
WEEKS_BACK = 26
"""Older weeks say little about the next one."""
WEEKS_USED = 8
"""The last weeks whose mean is the forecast."""
Counts = Mapping[Minutes, int]
"""Contacts of one local day by the start of their interval; intervals of odd length are left out."""


class Slot(NamedTuple):
    """A weekday (Monday 0) and a local start in minutes: what recurs every week."""

    weekday: int
    start: Minutes


def slot_of(day: date, start: Minutes) -> Slot:
    """The slot of an interval."""
    return Slot(day.weekday(), start)


@dataclass(frozen=True, slots=True)
class History:
    """Contacts of a channel: `days` that have data, up to the last full one, `until`.

    A day that is missing has no data, which isn't the same as no contacts. `holidays` and days that were `not_normal`
    teach nothing about ordinary weeks.
    """

    days: Mapping[date, Counts]
    until: date
    holidays: frozenset[date] = frozenset()
    not_normal: frozenset[date] = frozenset()


@dataclass(slots=True)
class _Line:
    days: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)


class Sample(NamedTuple):
    """The last counts of a slot, oldest first, and how many weeks were found in all."""

    counts: tuple[int, ...]
    weeks: int

    @property
    def total(self) -> int:
        """The sum of the last counts."""
        return sum(self.counts)


class Ordinary:
    """The ordinary weeks of a history, by slot: what was counted up to a day."""

    def __init__(self, history: History) -> None:
        left_out = history.holidays | history.not_normal
        lines: defaultdict[Slot, _Line] = defaultdict(_Line)
        for day in sorted(day for day in history.days if day <= history.until and day not in left_out):
            weekday, number = day.weekday(), day.toordinal()
            for start, count in history.days[day].items():
                line = lines[Slot(weekday, start)]
                line.days.append(number)
                line.counts.append(count)
        self._lines = dict(lines)

    @property
    def slots(self) -> list[Slot]:
        """All slots that were ever counted, in order."""
        return sorted(self._lines)

    def sample(self, slot: Slot, until: date) -> Sample:
        """The slot's last eight weeks of the 26 that end with a day."""
        line = self._lines.get(slot)
        if line is None:
            return Sample((), 0)
        end = bisect_right(line.days, until.toordinal())
        first = bisect_right(line.days, until.toordinal() - WEEK * WEEKS_BACK, hi=end)
        return Sample(tuple(line.counts[max(first, end - WEEKS_USED) : end]), end - first)

    def counted(self, slot: Slot, after: date, until: date) -> list[int]:
        """The slot's counts of the days after one and up to another."""
        line = self._lines.get(slot)
        if line is None:
            return []
        first, end = bisect_right(line.days, after.toordinal()), bisect_right(line.days, until.toordinal())
        return line.counts[first:end]


def weeks_before(day: date, weeks: int) -> date:
    """The same weekday so many weeks earlier."""
    return day - timedelta(days=WEEK * weeks)
