"""Many activities that are reversed together."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.services.exports.ledger_export import moment
from app.services.organizing.bulk_reversals import Preview
from app.web.documents.values import Moment


class BulkReversal(TypedDict):
    """One reversal of many activities."""

    id: Annotated[str, Field(description="For undoing it.")]
    activities: int
    reason: str
    by: str
    at: Moment


class ChangedTeam(TypedDict):
    """A team whose points or rank change."""

    team: str
    points: Annotated[list[int], Field(description="Before and after.")]
    rank: Annotated[list[int], Field(description="Before and after.")]


class PersonsLoss(TypedDict):
    """A person's activities that go, and their own points that go with them (below zero)."""

    person: str
    activities: int
    points: int


class BulkPreview(TypedDict):
    """The outcome of a reversal of many activities, before it is done."""

    activities: int
    already_reversed: int
    of_seats: Annotated[int, Field(description="Left out: their seat is corrected instead.")]
    more: Annotated[bool, Field(description="Whether there are more than one reversal takes.")]
    teams: list[ChangedTeam]
    people: list[PersonsLoss]


class BulkUndone(TypedDict):
    """The end of a bulk reversal; `stayed` were corrected since."""

    reinstated: int
    stayed: int


def bulk_document(row: models.BulkReversal) -> BulkReversal:
    """A reversal of many activities that was done."""
    return {"id": row.id, "activities": row.activities, "reason": row.reason, "by": row.by, "at": moment(row.at)}


def bulk_preview_document(preview: Preview) -> BulkPreview:
    """One that would be."""
    chosen = preview.chosen
    return {
        "activities": len(chosen.entries),
        "already_reversed": chosen.reversed,
        "of_seats": chosen.of_seats,
        "more": chosen.is_cut,
        "teams": [
            {
                "team": each.after.team,
                "points": [each.before.points, each.after.points],
                "rank": [each.before.rank, each.after.rank],
            }
            for each in preview.teams
        ],
        "people": [
            {"person": each.name, "activities": each.activities, "points": each.points} for each in preview.people
        ],
    }
