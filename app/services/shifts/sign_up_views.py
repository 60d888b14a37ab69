"""Sign-ups as readers see them: whose a seat is, for which team, and to whom it is offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlmodel import Session, col, select

from app.domain.memberships import team_at
from app.domain.shifts.model import SeatState
from app.domain.view import View
from app.models import Person, Seat, SeatOffer, Shift
from app.services.people import people
from app.services.teams import teams
from app.services.weeks.weeks import AnyWeek

STANDING = ("open", "pending")


class OfferView(NamedTuple):
    """An offer of a seat: `everyone`, `team` or a name; `taker` while organizers have to approve."""

    to: str
    taker: str | None


@dataclass(frozen=True, slots=True)
class SignUpView:
    """One sign-up: names as a view has them, the team at the shift's start."""

    id: str
    shift_id: str
    person_id: str
    person: str
    email: str
    team: str | None
    team_id: str | None
    state: SeatState
    offer: OfferView | None


def of_seats(session: Session, week: AnyWeek, shift: Shift, seats: Sequence[Seat], view: View) -> list[SignUpView]:
    """The sign-ups of these seats of one shift, in their order; as many queries for thirty as for one."""
    offers = _offers(session, [seat.id for seat in seats])
    named = {seat.person_id for seat in seats} | {
        person_id for offer in offers.values() for person_id in (offer.person_id, offer.taker_id) if person_id
    }
    found = people.by_id(session, named)
    names = {person_id: _name(person, view) for person_id, person in found.items()}
    joins = teams.joins(session, week, [seat.person_id for seat in seats], view=view)
    team_names = dict(teams.named(session, week, view=view))
    return [
        _view(
            seat, shift, found[seat.person_id], names, offers.get(seat.id),
            team_at(joins.get(seat.person_id, ()), shift.starts_at), team_names,
        )
        for seat in seats
    ]  # fmt: skip


def _view(
    seat: Seat, shift: Shift, person: Person, names: dict[str, str], offer: SeatOffer | None, team_id: str | None,
    team_names: dict[str, str],
) -> SignUpView:  # fmt: skip
    return SignUpView(
        id=seat.id,
        shift_id=shift.id,
        person_id=person.id,
        person=names[person.id],
        email=person.email,
        team=team_names.get(team_id) if team_id else None,
        team_id=team_id if team_id in team_names else None,
        state=cast("SeatState", seat.state),
        offer=_offer(offer, names) if offer else None,
    )


def _offer(offer: SeatOffer, names: dict[str, str]) -> OfferView:
    to = names[offer.person_id] if offer.person_id else offer.audience
    return OfferView(to, names[offer.taker_id] if offer.taker_id else None)


def _offers(session: Session, seat_ids: Iterable[str]) -> dict[str, SeatOffer]:
    query = select(SeatOffer).where(col(SeatOffer.seat_id).in_(list(seat_ids)), col(SeatOffer.state).in_(STANDING))
    return {offer.seat_id: offer for offer in session.exec(query)}


def _name(person: Person, view: View) -> str:
    return person.name if view.names is None else view.names.get(person.id, person.name)
