"""Quests at work: who has reached what, in each period, and which activity completes it."""

from collections.abc import Hashable, Mapping
from datetime import date

from app.domain.rules.model import ATTENDANCE, SHIFT, CapScope, Quest
from app.domain.scoring.activity import Earning
from app.domain.scoring.groups import GROUPS

_COUNTED: dict[tuple[bool, str], CapScope] = {
    (True, "day"): "person-day",
    (True, "week"): "person-week",
    (False, "day"): "team-day",
    (False, "week"): "team-week",
}


def member_count(counts: Mapping[str, int], kind: str) -> int:
    """Count what one person did of a kind towards a quest with `members`: attendances are shifts there."""
    attendances = counts.get(ATTENDANCE, 0) if kind == SHIFT else 0
    return counts.get(kind, 0) + attendances


class QuestProgress:
    """One quest of one team during one scoring; `is_over` once nothing can complete it any more.

    Its numbers have to be reached by so many people, each by themselves, with `members`; else by the team as one.
    """

    __slots__ = (
        "_counts",
        "_daily",
        "_done",
        "_group",
        "_members",
        "_needs",
        "_reached",
        "earning",
        "is_of_members",
        "is_over",
        "kinds",
    )

    def __init__(self, quest: Quest) -> None:
        self.earning = Earning("quest", quest.name, None, quest.points)
        self._group = GROUPS[_COUNTED[quest.members is not None, quest.per]]
        self.is_over = False
        self.is_of_members = quest.members is not None
        self._daily = quest.per == "day"
        self._members = quest.members or 1
        self._needs = dict(quest.needs)
        self.kinds = self._needs.keys()
        self._counts: dict[str, dict[Hashable, int]] = {kind: {} for kind in self._needs}
        self._reached: dict[Hashable, int] = {}
        self._done: dict[date | None, int] = {}

    def completed(self, kind: str, person: str, day: date) -> bool:
        """Count an activity of a needed kind; true for the one that completes the quest for its period."""
        group = self._group(person, None, day)
        counts = self._counts[kind]
        count = counts[group] = counts.get(group, 0) + 1
        if count != self._needs[kind]:
            return False
        reached = self._reached[group] = self._reached.get(group, 0) + 1
        return reached == len(self._needs) and self._is_last_member(day if self._daily else None)

    def _is_last_member(self, period: date | None) -> bool:
        """Count one more member (or the team) that reached every number; True for the one that completes the quest."""
        done = self._done[period] = self._done.get(period, 0) + 1
        is_last = done == self._members
        self.is_over |= is_last and not self._daily
        return is_last
