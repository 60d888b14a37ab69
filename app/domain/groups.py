"""Groups: whose activities are counted together, for caps and quests."""

from collections.abc import Callable, Hashable
from datetime import datetime

from app.domain.activity import Activity
from app.domain.rules.model import CapScope

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
    """Whether groups of this scope depend on the local day."""
    return scope in ("person-day", "team-day")
