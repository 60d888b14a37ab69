"""The values a rules file describes: kinds, bonuses, quests, trophies, caps and metrics."""

from dataclasses import dataclass, replace
from datetime import time
from functools import cached_property
from typing import Literal

CapScope = Literal["subject", "person-day", "person-week", "team-day", "team-week"]
QuestPeriod = Literal["week", "day"]
Audience = Literal["team", "person"]
MetricKind = Literal["count", "bonus", "points", "points_of", "quests", "earliest"]

BUILT_IN_KINDS = ("shift", "response", "issue", "feature_request", "knowledge_card")
SHIFT = "shift"
ADJUSTMENT = "adjustment"
ATTENDANCE = "attendance"
"""The kind of what a shift gives those whose teammate has its credit: no kind of the rules, it earns nothing."""


@dataclass(frozen=True, slots=True)
class Cap:
    """Only the first `max` in each group of scope `per` count."""

    max: int
    per: CapScope


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of activity; `one` and `many` are how totals read ("1 shift", "20 shifts")."""

    name: str
    points: int
    one: str
    many: str
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open window of local time; `until` None means "24:00"; start > until wraps midnight."""

    start: time
    until: time | None

    @property
    def wraps(self) -> bool:
        """True if the window crosses midnight."""
        return self.until is not None and self.start > self.until


@dataclass(frozen=True, slots=True)
class Bonus:
    """Extra points for activities of one kind that meet every condition; exactly one of `points` and `times`.

    `days` are ISO-like weekday numbers, Monday 0 to Sunday 6; `within` is in seconds.
    """

    name: str
    activity: str
    points: int | None = None
    times: int | None = None
    starts: Window | None = None
    days: frozenset[int] | None = None
    within: int | None = None
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Quest:
    """Points for reaching every number in `needs`; with `members`, by that many people each."""

    name: str
    needs: tuple[tuple[str, int], ...]
    points: int
    members: int | None = None
    per: QuestPeriod = "week"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number teams or people are compared by; `name` is the kind (count, points_of) or the bonus."""

    kind: MetricKind
    name: str = ""

    @property
    def text(self) -> str:
        """The metric as the rules file spells it."""
        match self.kind:
            case "count":
                return self.name
            case "bonus":
                return f"bonus:{self.name}"
            case "points_of":
                return f"points:{self.name}"
            case _:
                return self.kind


@dataclass(frozen=True, slots=True)
class Trophy:
    """A prize for whoever has the most of a metric."""

    name: str
    audience: Audience
    most: Metric


@dataclass(frozen=True)
class Rules:
    """One version of the rules, as parsed from a valid file; tuples keep file order."""

    kinds: tuple[Kind, ...]
    team_size: int = 3
    bonuses: tuple[Bonus, ...] = ()
    quests: tuple[Quest, ...] = ()
    ties: tuple[Metric, ...] = ()
    trophies: tuple[Trophy, ...] = ()

    @cached_property
    def kind_by_name(self) -> dict[str, Kind]:
        """The kinds by their name."""
        return {kind.name: kind for kind in self.kinds}

    @cached_property
    def without_quests(self) -> "Rules":
        """The same rules but for their quests."""
        return replace(self, quests=())


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a rules file: where (1-based line, dotted key) and how to mend it."""

    line: int
    key: str
    message: str
