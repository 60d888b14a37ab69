"""The work that a week would leave undone."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.organizing import closing


class Unresolved(TypedDict):
    """The number of what a week would leave undone if it was closed now, and in `told` a sentence for each."""

    unmatched: Annotated[int, Field(description="Deliveries that name someone unknown.")]
    unread: Annotated[int, Field(description="Deliveries that weren’t processed or couldn’t be read.")]
    unconfirmed: Annotated[int, Field(description="Shifts whose people organizers have to confirm.")]
    covers: Annotated[int, Field(description="Covers that wait for approval.")]
    ahead: Annotated[int, Field(description="Shifts with people that aren’t over.")]
    told: list[str]


def unresolved_document(left: closing.Unresolved) -> Unresolved:
    """The work that is left undone."""
    return {
        "unmatched": left.unmatched,
        "unread": left.unread,
        "unconfirmed": left.shifts.unconfirmed,
        "covers": left.shifts.covers,
        "ahead": left.ahead,
        "told": left.told(),
    }
