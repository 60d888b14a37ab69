"""The facts of one week that its metrics are computed from."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from app.domain.scoring.activity import Activity

Place: TypeAlias = tuple[Any, str, str]
"""A response's place in the ledger's order: moment, source, external id. Moments are datetimes, or all of one driver's
own form, as long as they sort like time."""


class Response(NamedTuple):
    """A live response; `seconds` is its latest response time, None where unknown."""

    subject: str | None
    at: Any
    source: str
    external_id: str
    seconds: int | None


class Slot(NamedTuple):
    """A shift that is over and was not cancelled: how many people it needs, how many completed their seat."""

    needed: int
    completed: int


@dataclass(frozen=True, slots=True)
class WeekRecord:
    """One week: its live activities, with or without a team, its slots and its people, by their ids.

    `counts` are live activities per kind, adjustments and attendances left out; `shift_starts` are the starts of those
    of kind `shift`. `elsewhere` has the earliest place of each subject that other weeks have responses of, too.
    `took_part` are people with a live activity or a completed seat here, `before` those with one in an earlier week.
    `members` are the week's, each with their function. `contacts` and `customers` are None where nobody knows.
    """

    counts: Mapping[str, int]
    responses: Iterable[Response] = ()
    shift_starts: Iterable[datetime] = ()
    elsewhere: Mapping[str, Place] = field(default_factory=dict)
    slots: Iterable[Slot] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    took_part: Set[str] = frozenset()
    before: Set[str] = frozenset()
    contacts: int | None = None
    customers: int | None = None


def response_of(activity: Activity) -> Response:
    """An activity of kind `response` as metrics take it."""
    return Response(
        activity.subject, activity.occurred_at, activity.source, activity.external_id, activity.response_seconds
    )
