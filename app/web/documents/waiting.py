"""Places on the waiting list of a shift."""

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.models import WaitingEntry

WaitingState = Literal["waiting", "promoted", "left", "expired"]


class WaitingPlace(TypedDict):
    """A person's place on the waiting list of a shift; `person` is a name."""

    shift: str
    person: str
    state: WaitingState
    position: Annotated[int | None, Field(description="From 1 on; null for who waits no longer.")]


def waiting_document(entry: WaitingEntry, person: str, position: int | None) -> WaitingPlace:
    """A person's place on a waiting list."""
    return {
        "shift": entry.shift_id,
        "person": person,
        "state": cast("WaitingState", entry.state),
        "position": position,
    }
