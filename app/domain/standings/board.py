"""The board as a value: what standings make and what JSON, pages, preview and summary show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.rules.model import Audience
from app.domain.standings.ranking import tie_breakers


@dataclass(frozen=True, slots=True)
class LastEarned:
    """The newest thing a team was given points for: "6 a.m. shift", by whom (None for quests), how many."""

    at: datetime
    what: str
    person: str | None
    points: int


@dataclass(frozen=True, slots=True)
class TieValue:
    """A team's value for one metric of `ranking.ties`, in words: "3 × 6 a.m. shift", or for `earliest` a moment.

    `is_dated` where a weekday alone may be one of several, in a week of more than seven days.
    """

    words: str
    at: datetime | None = None
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class TieBreak:
    """The metric that puts a team ahead of, or behind, the next ones with as many points: the first that differs."""

    is_ahead: bool
    teams: tuple[str, ...]
    own: TieValue
    theirs: TieValue


@dataclass(frozen=True, slots=True)
class Standing:
    """One team's place. `counts` and `bonuses` list every kind and bonus in file order, zeros included.

    `ties` are what decides between teams with as many points, in the order of `ranking.ties`.
    """

    rank: int
    team: str
    team_id: str
    points: int
    counts: Mapping[str, int]
    bonuses: Mapping[str, int]
    quests: tuple[str, ...]
    members: tuple[str, ...]
    movement: int | None
    last_earned: LastEarned | None = None
    ties: tuple[TieValue, ...] = ()
    tone: int | None = None
    emblem: str = ""


@dataclass(frozen=True, slots=True)
class TrophyResult:
    """A trophy with its winners; `value` 0 and no winners while nobody has more than zero.

    `unit` stands behind the value: "responses", "× 6 a.m. shift"; "" on boards frozen before there were units.
    """

    name: str
    audience: Audience
    value: int
    winners: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BoardHead:
    """A board without its rows; `as_of` is UTC.

    `leaders` are the names of who is first, `best` their points; `is_scored` is False while nobody was given points.
    `unassigned` are the activities in the totals that are in no team's row.
    """

    week: str
    name: str
    state: str
    frozen: bool
    version: int
    as_of: datetime
    headline: str
    totals: Mapping[str, int]
    trophies: tuple[TrophyResult, ...]
    teams: int
    leaders: tuple[str, ...]
    best: int
    is_scored: bool
    unassigned: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """Everything one week's board shows at one version; `as_of` is UTC."""

    week: str
    name: str
    state: str
    frozen: bool
    version: int
    as_of: datetime
    headline: str
    totals: Mapping[str, int]
    standings: tuple[Standing, ...]
    trophies: tuple[TrophyResult, ...]

    def tied_ranks(self) -> frozenset[int]:
        """Ranks that two or more teams share, found in one pass: asking it of each row would look at every other."""
        return frozenset(
            rank for rank, teams in Counter(standing.rank for standing in self.standings).items() if teams > 1
        )

    def tie_breakers(self) -> dict[str, tuple[int, ...]]:
        """Return for each team the metrics, by number, that part it from teams with as many points."""
        places = tie_breakers([(standing.points, *standing.ties) for standing in self.standings])
        return {standing.team_id: found for standing, found in zip(self.standings, places, strict=True)}

    def tie_breaks(self, team_id: str) -> list[TieBreak]:
        """Return why a team ranks where it does among those with as many points: behind whom, then ahead of whom."""
        own = next(standing for standing in self.standings if standing.team_id == team_id)
        level = [standing for standing in self.standings if standing.points == own.points]
        ranks = sorted({standing.rank for standing in level})
        place = ranks.index(own.rank)
        found = []
        for rank in (*ranks[:place][-1:], *ranks[place + 1 :][:1]):
            others = [standing for standing in level if standing.rank == rank]
            pairs = zip(own.ties, others[0].ties, strict=True)
            if differs := next(((one, another) for one, another in pairs if one != another), None):
                found.append(TieBreak(rank > own.rank, tuple(each.team for each in others), *differs))
        return found

    @property
    def head(self) -> BoardHead:
        """Return what the board shows beside its rows."""
        leaders = [standing for standing in self.standings if standing.rank == 1]
        return BoardHead(
            week=self.week,
            name=self.name,
            state=self.state,
            frozen=self.frozen,
            version=self.version,
            as_of=self.as_of,
            headline=self.headline,
            totals=self.totals,
            trophies=self.trophies,
            teams=len(self.standings),
            leaders=tuple(standing.team for standing in leaders),
            best=leaders[0].points if leaders else 0,
            is_scored=any(standing.last_earned or standing.points for standing in self.standings),
            unassigned=sum(self.totals.values()) - sum(sum(each.counts.values()) for each in self.standings),
        )
