"""The values a week's story is told in; every moment is UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """A team's points from a moment on."""

    at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class PointsSeries:
    """One team's way through the week: 0 points at the start, then a step for every moment that changed them.

    `tone` is the chosen one, None where there is none.
    """

    team: str
    team_id: str
    steps: tuple[Step, ...]
    tone: int | None = None

    @property
    def points(self) -> int:
        """The points at the end of the course: the board's."""
        return self.steps[-1].points


@dataclass(frozen=True, slots=True)
class Lead:
    """A moment at which a team came to be ahead of all others, having been level with or behind one before."""

    at: datetime
    team: str
    team_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Race:
    """Every team's course, in the order the teams were given; `leads` oldest first, never one team twice running."""

    begins: datetime
    all_series: tuple[PointsSeries, ...]
    leads: tuple[Lead, ...]

    @property
    def until(self) -> datetime:
        """The last moment at which anybody's points changed; `begins` where nobody's did."""
        return max((series.steps[-1].at for series in self.all_series), default=self.begins)

    @property
    def changes_of_lead(self) -> int:
        """The number of times the lead went from one team to another."""
        return max(len(self.leads) - 1, 0)


@dataclass(frozen=True, slots=True)
class DayCount:
    """The counts of one local day per kind, every kind in file order, zeros included."""

    day: date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """The number of shifts that began in one local hour of one weekday (Monday 0); never 0."""

    weekday: int
    hour: int
    shifts: int


@dataclass(frozen=True, slots=True)
class Hero:
    """Somebody who earned a bonus for starting at a certain hour, for one team; `taken` are those starts, in order."""

    person: str
    team: str
    team_id: str
    bonus: str
    taken: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bin of response times: more than `above` and at most `upto` seconds; the first holds 0, the last has no end."""

    above: int
    upto: int | None
    responses: int


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """The distribution of response times, where known (`known`, at least one, of `responses`).

    `median` is in seconds; `within` is the tightest limit a bonus on responses sets, in seconds, `inside` how many
    kept it; both None without such a bonus.
    """

    responses: int
    known: int
    median: int
    within: int | None
    inside: int | None
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class BestMoment:
    """A team's best moment in one sentence; `at` is None for plain thanks."""

    team: str
    team_id: str
    what: Literal["quest", "streak", "day", "gift", "thanks"]
    at: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class PastWeek:
    """A week to compare with: its live activities per kind, and how many teams and people took part."""

    week: str
    name: str
    starts: date
    totals: Mapping[str, int]
    teams: int
    participants: int


@dataclass(frozen=True, slots=True)
class Story:
    """All that the summary tells of a week.

    `days` has every local day of the week; `heroes` who took the most early ones first; `moments` one for every team,
    in the order given; `participants` are people with a live activity; `past` the weeks before, newest first.
    """

    race: Race
    days: tuple[DayCount, ...]
    coverage: tuple[Cell, ...]
    heroes: tuple[Hero, ...]
    responses: ResponseTimes | None
    moments: tuple[BestMoment, ...]
    participants: int
    past: tuple[PastWeek, ...] = ()
