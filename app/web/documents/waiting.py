"""Places on the waiting list of a shift."""

from hashlib import sha256
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.models import WaitingEntry

WaitingState = Literal["waiting", "promoted", "left", "expired"]
ID_DIGITS = 16
"""The digits of an id, as others have them: a row's number is no id, as it tells how many waited before."""


class WaitingPlace(TypedDict):
    """A person's place on the waiting list of a shift; `person` is a name."""

    id: str
    shift: str
    person: str
    state: WaitingState
    position: Annotated[int | None, Field(description="From 1 on; null for who waits no longer.")]


def waiting_document(entry: WaitingEntry, person: str, position: int | None) -> WaitingPlace:
    """A person's place on a waiting list."""
    return {
        "id": sha256(f"waiting {entry.id}".encode()).hexdigest()[:ID_DIGITS],
        "shift": entry.shift_id,
        "person": person,
        "state": cast("WaitingState", entry.state),
        "position": position,
    }
