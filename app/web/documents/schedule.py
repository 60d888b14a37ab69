"""The schedule of a week."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.services.exports.ledger_export import moment
from app.services.weeks.schedule import Planned
from app.web.documents.values import Moment


class ScheduledChange(TypedDict):
    """A change of a week that is planned; one that couldn’t happen at its time has a `failure`, in a sentence."""

    at: Moment
    grace_minutes: Annotated[int, Field(description="How much later a closing happens.")]
    happens_at: Moment
    by: str
    failure: str | None


class Schedule(TypedDict):
    """The changes of a week that happen by themselves; null for what isn’t planned."""

    open: ScheduledChange | None
    freeze: ScheduledChange | None
    close: ScheduledChange | None


def schedule_document(planned: Planned) -> Schedule:
    """The changes of a week that happen by themselves."""
    return {
        "open": _change_document(planned.get("open")),
        "freeze": _change_document(planned.get("freeze")),
        "close": _change_document(planned.get("close")),
    }


def _change_document(row: models.ScheduledChange | None) -> ScheduledChange | None:
    if row is None:
        return None
    return {
        "at": moment(row.at),
        "grace_minutes": row.grace_minutes,
        "happens_at": moment(row.due_at),
        "by": row.by,
        "failure": row.failure,
    }
