"""Events: facts published after the transaction that made them true has committed."""

from dataclasses import dataclass

from app.domain.look import Look
from app.domain.screens.wall import Wall


@dataclass(frozen=True, slots=True)
class WeekChanged:
    """Something a board of this week shows may differ now; `version` is the week's new one."""

    week: str
    version: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Something of a week that can be watched beside its board may differ now; `version` is the topic's new one."""

    topic: str
    week: str
    version: int


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """Another rule set is active."""

    rule_set: int


@dataclass(frozen=True, slots=True)
class WallChanged:
    """Displays show something else, or look different, as organizers chose."""

    wall: Wall


@dataclass(frozen=True, slots=True)
class AnnouncementChanged:
    """Organizers have another line to say to everyone, or none."""


@dataclass(frozen=True, slots=True)
class AppearanceChanged:
    """The installation has another name, accent colour or logo."""

    look: Look


@dataclass(frozen=True, slots=True)
class JobQueued:
    """Something is to be done later, or at once by whoever does such things."""

    kind: str


@dataclass(frozen=True, slots=True)
class DeliveryStored:
    """A delivery of an outside tool waits to be processed."""


@dataclass(frozen=True, slots=True)
class ConnectionsChanged:
    """A connection to an outside tool may have other secrets now, or has ended."""


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """Sign-ins, people, tokens or displays with these ids may do something else now, or nothing any more."""

    ids: frozenset[str]


Event = (
    WeekChanged
    | Changed
    | RulesChanged
    | WallChanged
    | AnnouncementChanged
    | AppearanceChanged
    | JobQueued
    | DeliveryStored
    | ConnectionsChanged
    | AccessChanged
)

BEHIND_PAGES = (AccessChanged, ConnectionsChanged, DeliveryStored, JobQueued)
"""Events that change nothing which boards, displays or seats show: these are the most frequent ones."""
