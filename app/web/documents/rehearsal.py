"""The rehearsal of a week."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.exports.ledger_export import moment
from app.services.rehearsals import rehearsals
from app.services.weeks.rehearsing import real_slug
from app.web.documents.values import Moment


class Rehearsal(TypedDict):
    """A rehearsal: a copy of a week that stand-ins play. `week` is its own slug, which no list has."""

    week: str
    of: Annotated[str, Field(description="The slug of the week that is rehearsed.")]
    state: Literal["draft", "open", "closed"]
    frozen: bool
    now: Moment
    activities: int
    seats: int


class ThrownAway(TypedDict):
    """A rehearsal that was thrown away, and how many rows went with it."""

    of: str
    rows: int


def rehearsal_document(found: rehearsals.Rehearsal) -> Rehearsal:
    """A rehearsal as it stands."""
    return {
        "week": found.week.slug,
        "of": real_slug(found.week.slug),
        "state": found.week.state,  # type: ignore[typeddict-item]  # the table has a check on it
        "frozen": found.week.frozen_at is not None,
        "now": moment(found.now),
        "activities": found.activities,
        "seats": found.seats,
    }
