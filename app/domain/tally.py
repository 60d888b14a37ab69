"""Tallies: what a board needs to know of one team, day by day, so that it never looks at the ledger."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.activity import Activity, Adjustment, Award, AwardReason
from app.domain.calendar import local_day


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
class Earned:
    """The newest award that gave a team points; `name` is the kind, bonus or quest, `person` an id."""

    at: datetime
    reason: AwardReason
    name: str
    points: int
    person: str | None


@dataclass(frozen=True, slots=True)
class TeamScore:
    """One team's whole score: a tally per local day, and per person one of their own activities and bonuses."""

    days: Mapping[date, Tally] = field(default_factory=dict)
    people: Mapping[str, Tally] = field(default_factory=dict)
    last_earned: Earned | None = None


class _Sum:
    """A tally in the making."""

    __slots__ = ("bonuses", "counts", "kind_points", "last_award", "points", "quests")

    def __init__(self) -> None:
        self.points = 0
        self.counts: Counter[str] = Counter()
        self.bonuses: Counter[str] = Counter()
        self.kind_points: Counter[str] = Counter()
        self.quests: Counter[str] = Counter()
        self.last_award: datetime | None = None

    def award(self, award: Award) -> None:
        self.points += award.points
        if award.kind is not None:
            self.kind_points[award.kind] += award.points
        if award.reason == "bonus":
            self.bonuses[award.name] += 1
        elif award.reason == "quest":
            self.quests[award.name] += 1
        if award.points:
            self.note(award.at)

    def note(self, at: datetime | None) -> None:
        if at is not None and (self.last_award is None or at > self.last_award):
            self.last_award = at

    def add(self, tally: Tally) -> None:
        self.points += tally.points
        self.counts.update(tally.counts)
        self.bonuses.update(tally.bonuses)
        self.kind_points.update(tally.kind_points)
        self.quests.update(tally.quests)
        self.note(tally.last_award)

    def tally(self) -> Tally:
        return Tally(
            points=self.points,
            counts=_nonzero(self.counts),
            bonuses=_nonzero(self.bonuses),
            kind_points=_nonzero(self.kind_points),
            quests=_nonzero(self.quests),
            last_award=self.last_award,
        )


def _nonzero(numbers: Mapping[str, int]) -> dict[str, int]:
    return {key: number for key, number in numbers.items() if number}


def total(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    together = _Sum()
    for each in tallies:
        together.add(each)
    return together.tally()


def tally(
    activities: Iterable[Activity], awards: Iterable[Award], adjustments: Iterable[Adjustment], zone: ZoneInfo
) -> TeamScore:
    """One team's score from its live activities, their awards and its adjustments, these on the day of recording."""
    days: defaultdict[date, _Sum] = defaultdict(_Sum)
    people: defaultdict[str, _Sum] = defaultdict(_Sum)
    day_of: dict[str | None, date] = {}
    for activity in activities:
        day = day_of[activity.id] = local_day(activity.occurred_at, zone)
        days[day].counts[activity.kind] += 1
        people[activity.person].counts[activity.kind] += 1
    last: Award | None = None
    for award in awards:
        days[day_of.get(award.activity) or local_day(award.at, zone)].award(award)
        if award.person is not None:
            people[award.person].award(award)
        if award.points > 0 and (last is None or award.at >= last.at):
            last = award
    for adjustment in adjustments:
        days[local_day(adjustment.at, zone)].points += adjustment.points
    return TeamScore(
        days={day: each.tally() for day, each in days.items()},
        people={person: each.tally() for person, each in people.items()},
        last_earned=Earned(last.at, last.reason, last.name, last.points, last.person) if last else None,
    )


def to_json(score: TeamScore) -> str:
    """A score as compact text; equal scores give equal text."""
    packed = {
        "days": {day.isoformat(): _pack(each) for day, each in score.days.items()},
        "people": {person: _pack(each) for person, each in score.people.items()},
        "last": _pack(score.last_earned) if score.last_earned else None,
    }
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _pack(value: Tally | Earned) -> dict[str, Any]:
    """Its fields but the empty ones, moments as ISO text."""
    contents = {each.name: getattr(value, each.name) for each in fields(value)}
    return {
        name: content.astimezone(UTC).isoformat() if isinstance(content, datetime) else content
        for name, content in contents.items()
        if content
    }


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


def _earned(packed: dict[str, Any]) -> Earned:
    at = datetime.fromisoformat(packed["at"])
    return Earned(at, packed["reason"], packed["name"], packed["points"], packed.get("person"))
