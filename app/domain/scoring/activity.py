"""The values scoring works on: a live activity, an adjustment, an award."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TypeAlias

AwardReason = Literal["points", "bonus", "quest"]
"""From common to rare: `tally.newness` breaks ties by this order, and stored scores rest on it. Never reorder."""


class Activity(NamedTuple):
    """One live activity of a team (reversed ones are left out before scoring).

    `occurred_at` is aware, UTC; `person` and `team` are ids; `team` is None for people without a team;
    `response_seconds` None where unknown.
    """

    id: str
    kind: str
    person: str
    team: str | None
    occurred_at: datetime
    source: str
    external_id: str
    subject: str | None = None
    response_seconds: int | None = None


Ordered: TypeAlias = tuple[str | None, str, str, str | None, Any, str | None, int | None]
"""An activity on its way through scoring: id, kind, person, team, moment, subject, response seconds.

A plain tuple, because a re-scored week makes a hundred thousand of them. The moment is an aware datetime or whatever
the driver returned, as long as it sorts like time; the id is None where nothing asks for it.
"""

IN_ORDER = attrgetter("occurred_at", "source", "external_id", "kind")
"""The sort key of evaluation; Python compares text by code point."""


class Award(NamedTuple):
    """Points for one reason, given at one moment to one team.

    `name` is the kind (reason "points"), the bonus or the quest; `kind` the kind of the activity it came from,
    None for quests; `person` and `activity` are None for quests.
    """

    at: datetime
    team: str
    reason: AwardReason
    name: str
    points: int
    kind: str | None
    person: str | None
    activity: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Earning:
    """A reason for awards with the points of one: `name` and `kind` as in Award. Compared by identity.

    Awards are counted by it, and comparing its content each time would cost more than all else.
    """

    reason: AwardReason
    name: str
    kind: str | None
    points: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points given to or taken from a team by an organizer; `at` is when it was recorded (UTC)."""

    id: str
    team: str
    points: int
    reason: str
    at: datetime
