"""Offers of seats as rows: one stands for a seat at most, and it ends with the seat."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.domain.shifts.model import STANDING
from app.errors import NotFound
from app.models import Person, Seat, SeatOffer, Shift
from app.models.columns import is_id
from app.services import slack_messages, topics
from app.services.shifts import telling
from app.services.shifts.locked_shift import LockedShift


def standing(session: Session, seat_id: str) -> SeatOffer | None:
    """The offer of a seat that is open, or pending until organizers approve its taker."""
    query = select(SeatOffer).where(SeatOffer.seat_id == seat_id, col(SeatOffer.state).in_(STANDING))
    return session.exec(query.execution_options(populate_existing=True)).first()


def last(session: Session, seat_id: str) -> SeatOffer | None:
    """The last offer of a seat, whatever became of it."""
    query = select(SeatOffer).where(SeatOffer.seat_id == seat_id).order_by(col(SeatOffer.id).desc()).limit(1)
    return session.exec(query.execution_options(populate_existing=True)).first()


def undecided(session: Session, shift: Shift) -> list[SeatOffer]:
    """The offers of a shift that wait for approval."""
    query = select(SeatOffer).join(Seat, col(Seat.id) == SeatOffer.seat_id).where(Seat.shift_id == shift.id)
    return list(session.exec(query.where(SeatOffer.state == "pending").order_by(col(SeatOffer.id))))


def count_undecided(session: Session, week_id: int) -> int:
    """Count the covers of a week that wait for approval."""
    query = select(func.count()).select_from(SeatOffer).join(Seat, col(Seat.id) == SeatOffer.seat_id)
    query = query.join(Shift, col(Shift.id) == Seat.shift_id)
    return session.exec(query.where(Shift.week_id == week_id, SeatOffer.state == "pending")).one()


def audience_of(session: Session, to: OfferedTo) -> tuple[str, str | None]:
    """The audience as rows have it, and the person where it is one. Raises NotFound."""
    if not isinstance(to, PersonId):
        return to, None
    if not is_id(to.id) or session.get(Person, to.id) is None:
        raise NotFound("There’s no person with that id.")
    return "person", to.id


def make(locked: LockedShift, seat: Seat, audience: str, person_id: str | None, offered_by: str) -> SeatOffer:
    """Offer a seat."""
    offered = SeatOffer(
        seat_id=seat.id, audience=audience, person_id=person_id, offered_by=offered_by, offered_at=locked.act.now
    )
    keep(locked, offered)
    telling.offered(locked.teller, seat, offered)
    return offered


def end(locked: LockedShift, offered: SeatOffer, state: str, *, taker_id: str | None = None) -> SeatOffer:
    """End an offer as accepted by somebody, or withdrawn."""
    asked_by = offered.taker_id if offered.state == "pending" else None
    if asked_by is not None and asked_by != taker_id:
        telling.undecided(locked.teller, locked.session.get_one(Seat, offered.seat_id), asked_by, "withdrawn")
    offered.state, offered.ended_at, offered.taker_id = state, locked.act.now, taker_id
    return keep(locked, offered)


def reopen(locked: LockedShift, offered: SeatOffer) -> SeatOffer:
    """Offer a seat as before, after its taker could not have it."""
    offered.state, offered.taker_id = "open", None
    return keep(locked, offered)


def keep(locked: LockedShift, offered: SeatOffer) -> SeatOffer:
    """Write an offer down, and tell who looks at the shifts."""
    locked.session.add(offered)
    locked.session.flush()
    slack_messages.shift_changed(locked.session, locked.shift.id, locked.act.now)
    topics.bump(locked.session, locked.week, "shifts")
    return offered
