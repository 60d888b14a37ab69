"""Caps at work: counting what was seen in each group and admitting the first few."""

from collections.abc import Hashable
from datetime import datetime

from app.domain.activity import Activity
from app.domain.groups import GROUPS, is_daily
from app.domain.rules.model import Cap


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
