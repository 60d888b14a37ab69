"""Quests at work: who has reached what, per team and period, and which activity completes it."""

from collections.abc import Hashable
from datetime import datetime

from app.domain.activity import Activity
from app.domain.groups import GROUPS
from app.domain.rules.model import CapScope, Quest

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
