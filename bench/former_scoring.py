"""The scoring of before, kept to measure the present one against: a list of awards first, then sums of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.calendar.days import local_day
from app.domain.rules.model import Bonus, Cap, CapScope, Kind, Quest, Rules
from app.domain.scoring.activity import IN_ORDER, Activity, Adjustment, Award, AwardReason, Earning
from app.domain.scoring.bonuses import bonus_points, window_day
from app.domain.scoring.tally import LatestAward, Sum, TeamScore, newness
from app.models import Week
from app.services.scoring import activity_queries
from app.services.scoring.scores import WeekScores
from app.services.teams import teams

_Alike: TypeAlias = tuple[date, str | None, AwardReason, str, str | None, int]

Group = Callable[[Activity, datetime], Hashable]

GROUPS: dict[CapScope, Group] = {
    "subject": lambda activity, _: (activity.team, activity.subject) if activity.subject else None,
    "person-day": lambda activity, local: (activity.team, activity.person, local.date()),
    "person-week": lambda activity, _: (activity.team, activity.person),
    "team-day": lambda activity, local: (activity.team, local.date()),
    "team-week": lambda activity, _: activity.team,
}
"""The group of an activity and its local time, by scope; None for an activity without a subject."""


def is_daily(scope: CapScope) -> bool:
    """Tell whether groups of this scope depend on the local day."""
    return scope in ("person-day", "team-day")


class CapCounter:
    """One cap's memory during one scoring; `daily` says whether it needs the local time."""

    __slots__ = ("_group", "_max", "_seen", "daily")

    def __init__(self, cap: Cap) -> None:
        self.daily = is_daily(cap.per)
        self._max = cap.max
        self._group = GROUPS[cap.per]
        self._seen: dict[Hashable, int] = {}

    def admits(self, activity: Activity, local: datetime) -> bool:
        """Count the activity in its group and say whether it is one of the first; without a group it always is."""
        group = self._group(activity, local)
        if group is None:
            return True
        seen = self._seen.get(group, 0)
        self._seen[group] = seen + 1
        return seen < self._max


class BonusCounter:
    """One bonus during one scoring: its conditions, its points, and its cap counted over its own awards."""

    __slots__ = ("_bonus", "_cap", "_timed", "_within", "daily", "name", "points")

    def __init__(self, bonus: Bonus, kind: Kind) -> None:
        cap = bonus.cap or kind.cap
        self._bonus = bonus
        self._cap = CapCounter(cap) if cap else None
        self.name = bonus.name
        self.points = bonus_points(bonus, kind)
        self._within = bonus.within
        self._timed = bool(bonus.starts or bonus.days)
        self.daily = self._timed or (self._cap is not None and self._cap.daily)

    def earned(self, activity: Activity, local: datetime) -> bool:
        """Tell whether an activity of the bonus's kind earns it; counts it against the cap when it does."""
        within, seconds = self._within, activity.response_seconds
        if within is not None and (seconds is None or seconds > within):
            return False
        if self._timed and not self._on_schedule(local):
            return False
        return self._cap is None or self._cap.admits(activity, local)

    def _on_schedule(self, local: datetime) -> bool:
        window, days = self._bonus.starts, self._bonus.days
        day = local.date() if window is None else window_day(window, local)
        return day is not None and (days is None or day.weekday() in days)


_DOER: dict[tuple[bool, str], CapScope] = {
    (True, "day"): "person-day",
    (True, "week"): "person-week",
    (False, "day"): "team-day",
    (False, "week"): "team-week",
}


class QuestProgress:
    """One quest during one scoring; those who have to reach it are people with `members`, else the team as one.

    `daily` says whether it needs the local time.
    """

    __slots__ = ("_counts", "_doer", "_done", "_members", "_needs", "_reached", "_team", "daily", "name", "points")

    def __init__(self, quest: Quest) -> None:
        self.name = quest.name
        self.points = quest.points
        self.daily = quest.per == "day"
        self._doer = GROUPS[_DOER[quest.members is not None, quest.per]]
        self._team = GROUPS[_DOER[False, quest.per]]
        self._members = quest.members or 1
        self._needs = dict(quest.needs)
        self._counts: dict[str, dict[Hashable, int]] = {kind: {} for kind in self._needs}
        self._reached: dict[Hashable, int] = {}
        self._done: dict[Hashable, int] = {}

    def completed(self, activity: Activity, local: datetime) -> bool:
        """Count an activity of a needed kind; true for the one that completes the quest for its team and period."""
        doer = self._doer(activity, local)
        counts = self._counts[activity.kind]
        count = counts[doer] = counts.get(doer, 0) + 1
        if count != self._needs[activity.kind]:
            return False
        reached = self._reached[doer] = self._reached.get(doer, 0) + 1
        return reached == len(self._needs) and self._finished(self._team(activity, local))

    def _finished(self, team: Hashable) -> bool:
        """Count one more who has reached every number; true for the one that makes up the members asked for."""
        done = self._done[team] = self._done.get(team, 0) + 1
        return done == self._members


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that an activity of one kind can earn or complete; `local` says whether any of it needs the local time."""

    kind: Kind
    cap: CapCounter | None
    bonuses: tuple[BonusCounter, ...]
    quests: tuple[QuestProgress, ...]
    local: bool


def score(activities: Iterable[Activity], rules: Rules, zone: ZoneInfo) -> list[Award]:
    """The awards of live activities, in order of the activity that earned them: points, bonuses, then quests.

    The order given does not matter. Who has no team earns nothing, nor does a kind the rules do not know. An award
    is given at its activity's `occurred_at`, so the awards before a moment are those of the activities before it.
    """
    plans = _Plans(rules)
    awards: list[Award] = []
    for activity in sorted(activities, key=IN_ORDER):
        plan = plans[activity.kind]
        if plan is not None and activity.team is not None:
            at = activity.occurred_at
            _award(activity, activity.team, plan, at.astimezone(zone) if plan.local else at, awards)
    return awards


def _award(activity: Activity, team: str, plan: _Plan, local: datetime, awards: list[Award]) -> None:
    """Append what one activity earns; `local` is its local time wherever the plan needs it.

    Plain loops: a re-scored week comes through here a hundred thousand times, and a comprehension costs a call.
    """
    at, kind, person = activity.occurred_at, activity.kind, activity.person
    if plan.cap is None or plan.cap.admits(activity, local):
        awards.append(Award(at, team, "points", kind, plan.kind.points, kind, person, activity.id))
    for bonus in plan.bonuses:
        if bonus.earned(activity, local):
            awards.append(Award(at, team, "bonus", bonus.name, bonus.points, kind, person, activity.id))  # noqa: PERF401 (as it was: what the new fold is held against)
    for quest in plan.quests:
        if quest.completed(activity, local):
            awards.append(Award(at, team, "quest", quest.name, quest.points, None, None, None))  # noqa: PERF401 (as it was: what the new fold is held against)


class _Plans(dict[str, _Plan | None]):
    """The plan of each kind, made when its first activity comes; None for a kind the rules do not know."""

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules
        self._quests = [(QuestProgress(quest), {kind for kind, _ in quest.needs}) for quest in rules.quests]

    def __missing__(self, name: str) -> _Plan | None:
        kind = self._rules.kind_by_name.get(name)
        quests = tuple(progress for progress, kinds in self._quests if name in kinds)
        plan = self[name] = None if kind is None else _plan(kind, self._rules, quests)
        return plan


def _plan(kind: Kind, rules: Rules, quests: tuple[QuestProgress, ...]) -> _Plan:
    cap = CapCounter(kind.cap) if kind.cap else None
    bonuses = tuple(BonusCounter(bonus, kind) for bonus in rules.bonuses if bonus.activity == kind.name)
    daily = [cap is not None and cap.daily, *(bonus.daily for bonus in bonuses), *(quest.daily for quest in quests)]
    return _Plan(kind, cap, bonuses, quests, local=any(daily))


def tally(
    activities: Iterable[Activity], awards: Iterable[Award], adjustments: Iterable[Adjustment], zone: ZoneInfo
) -> TeamScore:
    """One team's score from its live activities, their awards and its adjustments, these on the day of recording."""
    days: defaultdict[date, Sum] = defaultdict(Sum)
    people: defaultdict[str, Sum] = defaultdict(Sum)
    day_of: dict[str | None, date] = {}
    for activity in activities:
        day = day_of[activity.id] = local_day(activity.occurred_at, zone)
        for counts in (days[day].counts, people[activity.person].counts):
            counts[activity.kind] = counts.get(activity.kind, 0) + 1
    earned: list[LatestAward] = []
    for (day, person, reason, name, kind, points), (number, newest) in _alike(awards, day_of, zone).items():
        days[day].award(Earning(reason, name, kind, points), number, newest)
        if person is not None:
            people[person].award(Earning(reason, name, kind, points), number, newest)
        if points > 0:
            earned.append(LatestAward(newest, reason, name, points, person))
    for adjustment in adjustments:
        days[local_day(adjustment.at, zone)].points += adjustment.points
    return TeamScore(
        days={day: each.tally() for day, each in days.items()},
        people={person: each.tally() for person, each in people.items()},
        last_earned=max(earned, key=newness, default=None),
    )


def _alike(
    awards: Iterable[Award], day_of: Mapping[str | None, date], zone: ZoneInfo
) -> dict[_Alike, tuple[int, datetime]]:
    """Awards that differ in their moments only: how many, and the newest moment. There are few of these."""
    found: dict[_Alike, tuple[int, datetime]] = {}
    for at, _, reason, name, points, kind, person, activity in awards:
        what = (day_of.get(activity) or local_day(at, zone), person, reason, name, kind, points)
        number, newest = found.get(what, (0, at))
        found[what] = (number + 1, newest if newest > at else at)  # noqa: FURB136 - a call for each award is slow
    return found


def compute(session: Session, week: Week, rules: Rules) -> WeekScores:
    """Every team's score, computed from the whole ledger of the week."""
    zone = ZoneInfo(week.timezone)
    own: defaultdict[str | None, list[Activity]] = defaultdict(list)
    for activity in activity_queries.live_activities(session, week, teams.joins(session, week)):
        own[activity.team].append(activity)
    given: defaultdict[str, list[Adjustment]] = defaultdict(list)
    for adjustment in activity_queries.adjustments(session, week):
        given[adjustment.team].append(adjustment)
    team_ids = [team.id for team in teams.of_week(session, week)]
    scored = {
        team_id: tally(own[team_id], score(own[team_id], rules, zone), given[team_id], zone) for team_id in team_ids
    }
    return WeekScores(scored, dict(Counter(activity.kind for activity in own[None])))
