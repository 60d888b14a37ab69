"""History of a shift: the seats that ended, and each change of one: who, when, from what, to what, why."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.domain.shifts.model import LIVE
from app.models import Person, Seat, SeatChange, Shift


@dataclass(frozen=True, slots=True)
class EndedSeat:
    """A seat whose holder gave it up, was taken off it, or had it covered."""

    id: str
    person_id: str
    person: str
    state: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of somebody's seat; `before` is None where it was taken."""

    person: str
    before: str | None
    after: str
    by: str
    at: datetime
    reason: str | None


def ended_seats(session: Session, shift: Shift) -> list[EndedSeat]:
    """The seats of a shift that ended without anybody in them, no-shows left out; the last to end first.

    Each person's last one alone, however often they take a seat and leave it.
    """
    query = (
        select(Seat.id, Seat.person_id, Person.name, Seat.state)
        .join(Person, col(Person.id) == Seat.person_id)
        .join(SeatChange, col(SeatChange.seat_id) == Seat.id)
        .where(Seat.shift_id == shift.id, col(Seat.state).not_in((*LIVE, "no_show")))
        .order_by(col(SeatChange.id))
    )
    last: dict[str, EndedSeat] = {}
    for row in session.exec(query):
        seat = EndedSeat(*row)
        last.pop(seat.person_id, None)
        last[seat.person_id] = seat
    return list(reversed(last.values()))


def changes(session: Session, shift: Shift, most: int) -> list[Change]:
    """The latest changes of a shift's seats, newest first."""
    query = (
        select(SeatChange, Person.name)
        .join(Seat, col(Seat.id) == SeatChange.seat_id)
        .join(Person, col(Person.id) == Seat.person_id)
        .where(Seat.shift_id == shift.id)
        .order_by(col(SeatChange.id).desc())
        .limit(most)
    )
    return [
        Change(name, each.before, each.after, each.changed_by, each.changed_at, each.reason)
        for each, name in session.exec(query)
    ]
