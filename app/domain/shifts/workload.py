"""Workload: how much each person has taken on, and where it is too much in a row or in a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

IN_A_ROW = 3
"""From the third shift without a pause on, somebody has too many in a row."""
PAUSE = timedelta(minutes=30)
"""Shifts with less than that between them are in a row."""
MOST_A_DAY = timedelta(hours=8)
Span = tuple[datetime, datetime]
"""The start and the end of a shift."""


class Stint(NamedTuple):
    """Somebody's seat: its shift's time, half-open, the local day of its start, and whether it is completed."""

    starts_at: datetime
    ends_at: datetime
    day: date
    is_completed: bool = False

    @property
    def length(self) -> timedelta:
        """The time that it really takes."""
        return self.ends_at - self.starts_at


class Workload(NamedTuple):
    """The load of one person: shifts, time in all and completed, the longest row, and the most time in a day."""

    shifts: int
    time: timedelta
    completed: timedelta
    in_a_row: int
    most_a_day: timedelta

    @property
    def hours(self) -> str:
        """The time in all, as tables show it."""
        return hours_text(self.time)

    @property
    def completed_hours(self) -> str:
        """The completed time, as tables show it."""
        return hours_text(self.completed)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Reasons to look after them, in words; empty for a workload that is all right."""
        row = (f"{self.in_a_row} in a row",) if self.in_a_row >= IN_A_ROW else ()
        day = (f"{hours_text(self.most_a_day)} in a day",) if self.most_a_day > MOST_A_DAY else ()
        return row + day


def workload(stints: Iterable[Stint]) -> Workload:
    """The workload of one person, whose seats never overlap."""
    listed = sorted(stints)
    days: defaultdict[date, timedelta] = defaultdict(timedelta)
    for stint in listed:
        days[stint.day] += stint.length
    return Workload(
        len(listed),
        sum((stint.length for stint in listed), timedelta()),
        sum((stint.length for stint in listed if stint.is_completed), timedelta()),
        _longest_row(listed),
        max(days.values(), default=timedelta()),
    )


def _longest_row(stints: Sequence[Stint]) -> int:
    return max(map(len, _rows([(stint.starts_at, stint.ends_at) for stint in stints])), default=0)


def row_with(span: Span, others: Iterable[Span]) -> int:
    """The number of shifts in a row that somebody with these others has with one of this span; spans never overlap."""
    return next(len(row) for row in _rows(sorted([*others, span])) if span in row)


def _rows(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans in order of their start, each row of them with short pauses alone."""
    rows: list[list[Span]] = []
    for span in spans:
        if rows and span[0] - rows[-1][-1][1] < PAUSE:
            rows[-1].append(span)
        else:
            rows.append([span])
    return rows


def hours_text(time: timedelta) -> str:
    """A length of time as tables show it: "2 h", "1 h 30 min"; minutes are left out where there are none."""
    hours, minutes = divmod(time // timedelta(minutes=1), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
