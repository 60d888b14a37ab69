"""Tallies: what a board needs to know of one team, day by day, so that it never looks at the ledger."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, get_args

from app.domain.scoring.activity import AwardReason, Earning

_RARITY: dict[AwardReason, int] = {reason: place for place, reason in enumerate(get_args(AwardReason))}

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of some activities, awards and adjustments; mappings hold no zeros.

    `counts` are live activities per kind; `bonuses` and `quests` numbers of awards per name; `kind_points` points
    and bonuses of each kind's activities; `last_award` the newest award with points other than 0 (UTC).
    """

    points: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    bonuses: Mapping[str, int] = field(default_factory=dict)
    kind_points: Mapping[str, int] = field(default_factory=dict)
    quests: Mapping[str, int] = field(default_factory=dict)
    last_award: datetime | None = None


@dataclass(frozen=True, slots=True)
class LatestAward:
    """The newest award that gave a team points; `name` is the kind, bonus or quest, `person` an id."""

    at: datetime
    reason: AwardReason
    name: str
    points: int
    person: str | None


@dataclass(frozen=True, slots=True)
class TeamScore:
    """One team's whole score: a tally per local day, and per person one of their own activities and bonuses."""

    days: dict[date, Tally] = field(default_factory=dict)
    people: dict[str, Tally] = field(default_factory=dict)
    last_earned: LatestAward | None = None


def newness(earned: LatestAward) -> tuple[datetime, int, int, str, str]:
    """Sort key of a total order: the moment, then the rarity of the reason, then the content.

    Total, so that the order of arrival decides nothing. Rarity is the order in the Literal AwardReason; scores that are
    stored rest on it, so it must stay.
    """
    return earned.at, _RARITY[earned.reason], earned.points, earned.name, earned.person or ""


class Sum:
    """A tally in the making."""

    __slots__ = ("bonuses", "counts", "kind_points", "last_award", "points", "quests")

    def __init__(self) -> None:
        self.points = 0
        self.counts: dict[str, int] = {}
        self.bonuses: dict[str, int] = {}
        self.kind_points: dict[str, int] = {}
        self.quests: dict[str, int] = {}
        self.last_award: datetime | None = None

    def award(self, earning: Earning, number: int, at: datetime) -> None:
        """Add a number of awards for the same, of which the newest was given at `at`."""
        name, kind, points = earning.name, earning.kind, earning.points
        self.points += points * number
        if kind is not None:
            self.kind_points[kind] = self.kind_points.get(kind, 0) + points * number
        if earning.reason == "bonus":
            self.bonuses[name] = self.bonuses.get(name, 0) + number
        elif earning.reason == "quest":
            self.quests[name] = self.quests.get(name, 0) + number
        if points:
            self._note(at)

    def _note(self, at: datetime | None) -> None:
        if at is not None and (self.last_award is None or at > self.last_award):
            self.last_award = at

    def add(self, tally: Tally) -> None:
        """Add what was summed before."""
        self.points += tally.points
        _add(self.counts, tally.counts)
        _add(self.bonuses, tally.bonuses)
        _add(self.kind_points, tally.kind_points)
        _add(self.quests, tally.quests)
        self._note(tally.last_award)

    def tally(self) -> Tally:
        """The sums so far."""
        return Tally(
            self.points,
            _nonzero(self.counts),
            _nonzero(self.bonuses),
            _nonzero(self.kind_points),
            _nonzero(self.quests),
            self.last_award,
        )


def _add(numbers: dict[str, int], more: Mapping[str, int]) -> None:
    """Counter.update, without its price for a handful of numbers."""
    for key, number in more.items():
        numbers[key] = numbers.get(key, 0) + number


def _nonzero(numbers: Mapping[str, int]) -> dict[str, int]:
    return {key: number for key, number in numbers.items() if number}


def total(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    together = Sum()
    for tally in tallies:
        together.add(tally)
    return together.tally()


def merge(one: TeamScore, other: TeamScore) -> TeamScore:
    """The score of what went into either, which must have nothing in common; the order does not matter."""
    earned = [each for each in (one.last_earned, other.last_earned) if each is not None]
    return TeamScore(
        days=one.days | {day: total([one.days.get(day, Tally()), each]) for day, each in other.days.items()},
        people=one.people | {who: total([one.people.get(who, Tally()), each]) for who, each in other.people.items()},
        last_earned=max(earned, key=newness, default=None),
    )


def to_json(score: TeamScore) -> str:
    """A score as compact text; equal scores give equal text."""
    packed = {
        "days": {day.isoformat(): _pack(tally) for day, tally in score.days.items()},
        "people": {person: _pack(tally) for person, tally in score.people.items()},
        "last": _pack(score.last_earned) if score.last_earned else None,
    }
    return _ENCODER.encode(packed)


def _pack(value: Tally | LatestAward) -> dict[str, Any]:
    """Pack a value's fields but the empty ones, moments as ISO text."""
    packed: dict[str, Any] = {}
    for name in value.__slots__:
        content = getattr(value, name)
        if content:
            packed[name] = content.astimezone(UTC).isoformat() if isinstance(content, datetime) else content
    return packed


def from_json(text: str) -> TeamScore:
    """The score that `to_json` wrote; raises KeyError, TypeError or ValueError for any other text."""
    packed = json.loads(text)
    return TeamScore(
        days={date.fromisoformat(day): _tally(each) for day, each in packed["days"].items()},
        people={person: _tally(each) for person, each in packed["people"].items()},
        last_earned=_earned(packed["last"]) if packed["last"] else None,
    )


def _tally(packed: dict[str, Any]) -> Tally:
    last = packed.pop("last_award", None)
    return Tally(**packed, last_award=datetime.fromisoformat(last) if last else None)


def _earned(packed: dict[str, Any]) -> LatestAward:
    at = datetime.fromisoformat(packed["at"])
    return LatestAward(at, packed["reason"], packed["name"], packed["points"], packed.get("person"))
