"""The board as a value: what standings make and what JSON, pages, preview and summary show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.rules.model import Audience


@dataclass(frozen=True, slots=True)
class LastEarned:
    """The newest thing a team was given points for: "6 a.m. shift", by whom (None for quests), how many."""

    at: datetime
    what: str
    person: str | None
    points: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One team's place. `counts` and `bonuses` list every kind and bonus in file order, zeros included."""

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


@dataclass(frozen=True, slots=True)
class TrophyResult:
    """A trophy with its winners; `value` 0 and no winners while nobody has more than zero."""

    name: str
    audience: Audience
    value: int
    winners: tuple[str, ...]


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
