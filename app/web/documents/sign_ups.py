"""Sign-ups for shifts, and the list of who waits for one."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.shifts.listing import Offer as StandingOffer
from app.services.shifts.listing import ShiftSeat

SeatState = Literal["signed_up", "checked_in", "completed", "no_show", "cancelled", "covered"]


class Offer(TypedDict):
    """An offer of a seat."""

    to: Annotated[str, Field(description="`everyone`, `team`, or the name of a person.", examples=["everyone"])]
    by: NotRequired[Annotated[str, Field(description="Who accepted it, while an organizer has yet to approve.")]]


class SignUp(TypedDict):
    """A person's seat in a shift; `person` is a name, `team` their team at the shift's start."""

    id: str
    shift: str
    person: Annotated[str, Field(examples=["Ada Lovelace"])]
    team: str | None
    team_id: str | None
    state: SeatState
    offer: Offer | None
    email: NotRequired[Annotated[str, Field(description="Only for tokens with `shifts:write` or `admin`.")]]


class SignUpList(TypedDict):
    """The live seats of a team in a shift."""

    items: list[SignUp]


def sign_up_document(seat: ShiftSeat, shift_id: str, *, with_email: bool) -> SignUp:
    """One sign-up; the email only for who writes."""
    document: SignUp = {
        "id": seat.id,
        "shift": shift_id,
        "person": seat.person,
        "team": seat.team,
        "team_id": seat.team_id,
        "state": seat.state,
        "offer": _offer_document(seat.offer) if seat.offer else None,
    }
    if with_email:
        document["email"] = seat.email
    return document


def _offer_document(offer: StandingOffer) -> Offer:
    document: Offer = {"to": offer.to}
    if offer.taker is not None:
        document["by"] = offer.taker
    return document
