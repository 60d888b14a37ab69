"""Receipts: why a team's score is what it is, line by line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from app.domain.calendar.days import local_day
from app.domain.rules.model import ATTENDANCE, Rules
from app.domain.scoring.activity import IN_ORDER, Activity, Adjustment, Award
from app.domain.wording import WHY_ATTENDANCE, award_title, kind_title, why_bonus, why_nothing, why_points, why_quest


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One reason; `at` is UTC, `person` a name, None for quests and adjustments.

    `activity` is the id of an activity on the first of its lines, None on all others; no part of what a line says.
    """

    at: datetime
    person: str | None
    what: str
    why: str
    points: int
    activity: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A team's points and the lines they are the sum of, oldest first."""

    points: int
    items: tuple[ReceiptLine, ...]


def make_receipt(
    activities: Iterable[Activity],
    awards: Iterable[Award],
    adjustments: Iterable[Adjustment],
    rules: Rules,
    people: Mapping[str, str],
    zone: ZoneInfo,
) -> Receipt:
    """A line per award and adjustment of one team, and one with 0 for each live activity that earned nothing.

    `awards` are what `rules` gave for `activities`; `people` are names by id. Raises KeyError where a name is
    missing. Within one moment activities come first, then quests, then adjustments.
    """
    given = _by_activity(awards)
    why = _Why(rules, zone)
    lines = [
        *(
            line
            for activity in sorted(activities, key=IN_ORDER)
            for line in _lines(activity, given[activity.id], why, people)
        ),
        *(ReceiptLine(quest.at, None, why.title(quest), why.award(quest), quest.points) for quest in given[None]),
        *(
            ReceiptLine(adjustment.at, None, "Adjustment", adjustment.reason, adjustment.points)
            for adjustment in adjustments
        ),
    ]
    return Receipt(sum(line.points for line in lines), tuple(sorted(lines, key=lambda line: line.at)))


def lines_by_activity(
    activities: Iterable[Activity], awards: Iterable[Award], rules: Rules, people: Mapping[str, str], zone: ZoneInfo
) -> dict[str, tuple[ReceiptLine, ...]]:
    """The receipt lines of each of these activities, by id; `awards` are those of their whole teams."""
    given = _by_activity(awards)
    why = _Why(rules, zone)
    return {activity.id: tuple(_lines(activity, given[activity.id], why, people)) for activity in activities}


def _by_activity(awards: Iterable[Award]) -> defaultdict[str | None, list[Award]]:
    given: defaultdict[str | None, list[Award]] = defaultdict(list)
    for award in awards:
        given[award.activity].append(award)
    return given


class _Why:
    """Titles and reasons under one version of the rules."""

    def __init__(self, rules: Rules, zone: ZoneInfo) -> None:
        self.rules = rules
        self._zone = zone
        self._bonuses = {bonus.name: bonus for bonus in rules.bonuses}
        self._quests = {quest.name: quest for quest in rules.quests}

    def title(self, award: Award) -> str:
        return award_title(award.reason, award.name, self.rules)

    def award(self, award: Award) -> str:
        match award.reason:
            case "points":
                return why_points(self.rules.kind_by_name[award.name])
            case "bonus":
                bonus = self._bonuses[award.name]
                return why_bonus(bonus, self.rules.kind_by_name[bonus.activity])
            case "quest":
                weekday = local_day(award.at, self._zone).weekday()
                return why_quest(self._quests[award.name], self.rules, weekday)

    def nothing(self, activity: Activity) -> str:
        if activity.kind == ATTENDANCE:
            return WHY_ATTENDANCE
        return why_nothing(self.rules.kind_by_name.get(activity.kind))


def _lines(activity: Activity, awards: list[Award], why: _Why, people: Mapping[str, str]) -> list[ReceiptLine]:
    at, person, ids = activity.occurred_at, people[activity.person], chain([activity.id], repeat(None))
    if awards:
        return [
            ReceiptLine(at, person, why.title(award), why.award(award), award.points, id_)
            for award, id_ in zip(awards, ids, strict=False)
        ]
    return [ReceiptLine(at, person, kind_title(activity.kind, why.rules), why.nothing(activity), 0, activity.id)]
