"""Activities and what corrects them."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.models import Reversal
from app.services.exports.ledger_export import moment
from app.services.ledger.activities import ActivityView
from app.services.ledger.admission import Recorded
from app.web.documents.values import Moment, NextCursor

REPEAT = "A repeat: the first one; its id and key alone for who may not read it"


class Activity(TypedDict):
    """One entry of the ledger; `person` is an email. An adjustment has `points` and `reason` besides."""

    id: str
    week: str
    kind: Annotated[str, Field(examples=["response"])]
    person: str | None
    team: str | None
    team_id: str | None
    occurred_at: Moment
    recorded_at: Moment
    source: str
    external_id: str
    subject: str | None
    response_seconds: int | None
    url: str | None
    note: str | None
    recorded_by: str
    reversed: bool
    points: NotRequired[int]
    reason: NotRequired[str]


class ActivityList(TypedDict):
    """A list of activities, in the order they were recorded."""

    items: list[Activity]
    next_cursor: NextCursor


def activity_document(view: ActivityView) -> Activity:
    """One activity; an adjustment also has `points` and `reason`."""
    document: Activity = {
        "id": view.id,
        "week": view.week,
        "kind": view.kind,
        "person": view.person,
        "team": view.team,
        "team_id": view.team_id,
        "occurred_at": moment(view.occurred_at),
        "recorded_at": moment(view.recorded_at),
        "source": view.source,
        "external_id": view.external_id,
        "subject": view.subject,
        "response_seconds": view.response_seconds,
        "url": view.url,
        "note": view.note,
        "recorded_by": view.recorded_by,
        "reversed": view.reversed,
    }
    if view.points is not None:
        document["points"], document["reason"] = view.points, view.reason or ""
    return document


class ActivityKey(TypedDict):
    """The key of an activity, for readers who may not see it."""

    id: str
    kind: str
    source: str
    external_id: str


def recorded_document(recorded: Recorded) -> Activity | ActivityKey:
    """The activity that someone reported; its id and key alone where they may not see it."""
    if recorded.activity is not None:
        return activity_document(recorded.activity)
    key = recorded.key
    return {"id": recorded.id, "kind": key.kind, "source": key.source, "external_id": key.external_id}


class BatchResult(TypedDict):
    """The outcome of a batch."""

    recorded: int
    repeated: int


class Correction(TypedDict):
    """A reversal or a reinstatement."""

    activity: str
    action: Literal["reversal", "reinstatement"]
    reason: str
    by: str
    at: Moment


def correction_document(row: Reversal, activity_id: str, action: Literal["reversal", "reinstatement"]) -> Correction:
    """A reversal or a reinstatement."""
    return {"activity": activity_id, "action": action, "reason": row.reason, "by": row.by, "at": moment(row.at)}
