"""Sums of what the fold finds: each team's score, without an object for each award."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendar.day_table import LocalDays
from app.domain.calendar.days import local_day
from app.domain.rules.model import Rules
from app.domain.scoring.activity import Activity, Adjustment, Award, Earning, Ordered
from app.domain.scoring.evaluation import evaluate, in_order
from app.domain.scoring.tally import LatestAward, Sum, TeamScore, newness


class _Account:
    """The number of activities, and of awards for each reason with their newest moment."""

    __slots__ = ("awards", "number")

    def __init__(self) -> None:
        self.number = 0
        self.awards: dict[Earning, list[Any]] = {}

    def count(self, _activity: Ordered) -> None:
        self.number += 1

    def award(self, activity: Ordered, earning: Earning) -> None:
        """Count one more award; activities come in order, so the last is the newest."""
        alike = self.awards.get(earning)
        if alike is None:
            self.awards[earning] = [1, activity[4]]
        else:
            alike[0] += 1
            alike[1] = activity[4]


class Sums:
    """A sink that counts activities and awards by team, kind, person and day: there are few such accounts."""

    def __init__(self, days: LocalDays) -> None:
        self._days = days
        self._accounts: list[tuple[str | None, str, str, date, _Account]] = []

    def open_account(self, team: str | None, kind: str, person: str, day: date) -> _Account:
        """Begin to count."""
        account = _Account()
        self._accounts.append((team, kind, person, day, account))
        return account

    def unassigned(self) -> dict[str, int]:
        """The number of activities per kind that belong to no team."""
        counts: dict[str, int] = {}
        for team, kind, _, _, account in self._accounts:
            if team is None:
                counts[kind] = counts.get(kind, 0) + account.number
        return counts

    def teams(self, adjustments: Iterable[Adjustment]) -> dict[str, TeamScore]:
        """The score of each team that has activities or adjustments, these on the local day of their recording."""
        teams: defaultdict[str, _TeamSums] = defaultdict(_TeamSums)
        for team, kind, person, day, account in self._accounts:
            if team is not None:
                teams[team].count(day, person, kind, account.number)
                for earning, (number, newest) in account.awards.items():
                    teams[team].award(day, person, earning, number, self._days.read(newest).astimezone(UTC))
        for adjustment in adjustments:
            teams[adjustment.team].days[local_day(adjustment.at, self._days.zone)].points += adjustment.points
        return {team: sums.score() for team, sums in teams.items()}


class _TeamSums:
    """One team's score in the making."""

    def __init__(self) -> None:
        self.days: defaultdict[date, Sum] = defaultdict(Sum)
        self.people: defaultdict[str, Sum] = defaultdict(Sum)
        self.last_earned: LatestAward | None = None

    def count(self, day: date, person: str, kind: str, number: int) -> None:
        for counts in (self.days[day].counts, self.people[person].counts):
            counts[kind] = counts.get(kind, 0) + number

    def award(self, day: date, person: str, earning: Earning, number: int, newest: datetime) -> None:
        """Add awards; a quest is nobody's own."""
        is_quest = earning.reason == "quest"
        self.days[day].award(earning, number, newest)
        if not is_quest:
            self.people[person].award(earning, number, newest)
        if earning.points > 0:
            earned = LatestAward(newest, earning.reason, earning.name, earning.points, None if is_quest else person)
            if self.last_earned is None or newness(earned) > newness(self.last_earned):
                self.last_earned = earned

    def score(self) -> TeamScore:
        return TeamScore(
            days={day: sums.tally() for day, sums in self.days.items()},
            people={person: sums.tally() for person, sums in self.people.items()},
            last_earned=self.last_earned,
        )


def score_teams(
    activities: Iterable[Activity], adjustments: Iterable[Adjustment], rules: Rules, zone: ZoneInfo
) -> dict[str, TeamScore]:
    """The scores of the teams that these live activities and adjustments belong to; the order does not matter."""
    days = LocalDays(zone)
    sums = Sums(days)
    evaluate(in_order(activities), rules, days, sums)
    return sums.teams(adjustments)


def sum_up(activities: Iterable[Activity], awards: Iterable[Award], zone: ZoneInfo) -> dict[str, TeamScore]:
    """The scores that live activities and awards of activities (so no quests) add up to, by team."""
    teams: defaultdict[str, _TeamSums] = defaultdict(_TeamSums)
    for activity in activities:
        if activity.team is not None:
            teams[activity.team].count(local_day(activity.occurred_at, zone), activity.person, activity.kind, 1)
    for award in awards:
        if award.person is not None:
            earning = Earning(award.reason, award.name, award.kind, award.points)
            teams[award.team].award(local_day(award.at, zone), award.person, earning, 1, award.at)
    return {team: sums.score() for team, sums in teams.items()}
