"""Caps at work: counting what was seen in each group and admitting the first few."""

from collections.abc import Hashable
from datetime import date

from app.domain.rules.model import Cap
from app.domain.scoring.groups import GROUPS


class CapCounter:
    """One cap's memory of one team during one scoring."""

    __slots__ = ("_group", "_max", "_seen")

    def __init__(self, cap: Cap) -> None:
        self._max = cap.max
        self._group = GROUPS[cap.per]
        self._seen: dict[Hashable, int] = {}

    def admits(self, person: str, subject: str | None, day: date) -> bool:
        """Count an activity in its group and say whether it is one of the first; without a group it always is."""
        group = self._group(person, subject, day)
        if group is None:
            return True
        seen = self._seen.get(group, 0)
        self._seen[group] = seen + 1
        return seen < self._max
