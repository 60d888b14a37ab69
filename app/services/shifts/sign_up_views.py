"""One sign-up as its reader may see it, also after it has ended, when no list has it any more."""

from typing import cast

from sqlmodel import Session

from app.domain.memberships import team_at
from app.domain.shifts.model import SeatState
from app.domain.view import View
from app.models import Person, Seat, Shift, Week
from app.services.shifts import listing
from app.services.shifts.listing import ShiftSeat
from app.services.teams import teams


def of_seat(session: Session, week: Week, seat: Seat, view: View) -> ShiftSeat:
    """A seat as its holder may see it: what became of it since a freeze is no secret from them."""
    item = listing.of_shift(session, week, seat.shift_id, view, viewer=seat.person_id)
    return next((each for each in item.seats if each.id == seat.id), None) or _ended(
        session, week, item.shift, seat, view
    )


def _ended(session: Session, week: Week, shift: Shift, seat: Seat, view: View) -> ShiftSeat:
    person = session.get_one(Person, seat.person_id)
    joins = teams.joins(session, week, [person.id], view=view).get(person.id, ())
    team_id = team_at(joins, shift.starts_at)
    team = dict(teams.named(session, week, view=view)).get(team_id) if team_id else None
    name = view.name_of(person.id, person.name)
    return ShiftSeat(
        seat.id, person.id, name, person.email, team_id, team, cast("SeatState", seat.state),
        seat.origin == "waiting", seat.signed_up_at, seat.giver_id,
    )  # fmt: skip
