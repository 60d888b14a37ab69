"""The charts' data: a board, its story and the rules both were made by."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, first_moment
from app.domain.rules import Kind
from app.domain.standings.board import Board
from app.domain.story import DayCount, PointsSeries, Story

MOST_DAYS = 31
"""Days that charts show one by one."""


class Column(NamedTuple):
    """Days that a chart shows together, by one name."""

    name: str
    days: tuple[DayCount, ...]

    def count(self, kind: str) -> int:
        """The activities of a kind on these days."""
        return sum(day.counts[kind] for day in self.days)


@dataclass(frozen=True, slots=True)
class ChartData:
    """One week, told to one audience; `kinds` in file order, `over` when the week is."""

    board: Board
    story: Story
    kinds: tuple[Kind, ...]
    zone: ZoneInfo
    over: bool

    @property
    def is_closed(self) -> bool:
        """True once nothing can change the result; after its last day late work still can."""
        return self.board.state == "closed"

    @property
    def all_series(self) -> list[PointsSeries]:
        """Every team's course, best first as on the board."""
        places = {standing.team_id: place for place, standing in enumerate(self.board.standings)}
        return sorted(self.story.race.all_series, key=lambda series: places[series.team_id])

    @property
    def weekdays(self) -> dict[int, str]:
        """The weekdays of the week (Monday 0) with their short names, from the one it began on."""
        return {day.day.weekday(): f"{day.day:%a}" for day in self.story.days}

    @property
    def hours(self) -> list[int]:
        """The hours of the day at which any shift began."""
        return sorted({cell.hour for cell in self.story.coverage})

    @property
    def covered(self) -> Mapping[tuple[int, int], int]:
        """Shifts by weekday and hour."""
        return {(cell.weekday, cell.hour): cell.shifts for cell in self.story.coverage}

    @property
    def has_record(self) -> bool:
        """True if any kind was done more often than in all the weeks before."""
        return any(self.is_record(kind.name) for kind in self.kinds)

    def is_record(self, kind: str) -> bool:
        """Tell whether a kind was done more often than in each of the weeks before."""
        return self.board.totals[kind] > max((past.totals.get(kind, 0) for past in self.story.past), default=0)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The days as charts show them: each alone, or seven together where a chart has no place for each."""
        days, size = self.story.days, 1 if len(self.story.days) <= MOST_DAYS else 7
        starts = range(0, len(days), size)
        return tuple(Column(self._name(days[start].day), days[start : start + size]) for start in starts)

    @property
    def column_names(self) -> dict[date, str]:
        """The name of each day's column."""
        return {day.day: column.name for column in self.columns for day in column.days}

    def evenings(self, series: PointsSeries) -> list[int]:
        """A team's points at the end of each column's last day."""
        moments = [step.at for step in series.steps]
        lasts = [first_moment(column.days[-1].day + ONE_DAY, self.zone) for column in self.columns]
        return [series.steps[max(bisect_left(moments, last) - 1, 0)].points for last in lasts]

    def _name(self, day: date) -> str:
        """A day as axes call it: "Mon", its number beyond seven days, "4 Jul" for seven from it; no two are equal."""
        if len(self.story.days) <= 7:
            return f"{day:%a}"
        if len(self.story.days) > MOST_DAYS:
            return f"{day.day} {day:%b}"
        # A month of days may see the same number twice: an invisible letter tells them apart.
        return str(day.day) + "\u200b" * (day.month != self.story.days[0].day.month)
