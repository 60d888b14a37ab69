"""Scoring: live activities in, awards out; a pure fold over one version of the rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.activity import IN_ORDER, Activity, Award
from app.domain.bonuses import BonusCounter
from app.domain.caps import CapCounter
from app.domain.quests import QuestProgress
from app.domain.rules.model import Kind, Rules


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
            awards.append(Award(at, team, "bonus", bonus.name, bonus.points, kind, person, activity.id))  # noqa: PERF401
    for quest in plan.quests:
        if quest.completed(activity, local):
            awards.append(Award(at, team, "quest", quest.name, quest.points, None, None, None))  # noqa: PERF401


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
