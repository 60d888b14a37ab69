"""Correction: organizers say what really became of a seat, and the ledger follows."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.domain.shifts.seats import Corrected
from app.domain.text.direction import apart
from app.errors import NotAllowed, Problem
from app.models import Seat, Shift
from app.services import reasons
from app.services.people import people
from app.services.shifts import credit, refusals, waiting
from app.services.shifts.locked_shift import LockedShift, facts_of, find_seat


def correct(session: Session, slug: str, shift_id: str, seat_id: str, to: Corrected, act: Act, *, reason: str) -> Seat:
    """Give a seat the state that it should have; a repeat changes nothing.

    Raises WeekUnknown, NotFound, NotAllowed for who does not organize, Malformed without a reason, or ShiftRefused.
    """
    if not act.actor.may("admin"):
        raise NotAllowed("Only organizers correct what became of a seat. Ask one.")
    locked = LockedShift.lock(session, slug, shift_id, act, reasons.require(reason), with_ledger=True)
    seat = find_seat(session, locked.shift, seat_id)
    waiting.hold(locked, [seat.person_id])
    other = _in_the_way(locked, seat)
    verdict = lives.correct(facts_of(seat), to, locked.facts, act.now, overlaps=other is not None)
    if verdict.refusal == "overlap" and other is not None:
        raise _overlap(session, seat, other)
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        locked.change(seat, verdict.to)
        if verdict.to != "completed":
            waiting.freed(locked, [seat.person_id])
        credit.follow(session, locked.week, locked.shift, act, reason=locked.reason or reason)
    return seat


def _in_the_way(locked: LockedShift, seat: Seat) -> Shift | None:
    """The shift in which its person has another live seat at that time; it may be this one."""
    here = locked.seated([seat.person_id]).get(seat.person_id, seat)
    if here.id != seat.id:
        return locked.shift
    return next((shift for _, _, shift in locked.overlapping([seat.person_id])), None)


def _overlap(session: Session, seat: Seat, shift: Shift) -> Problem:
    name = people.by_id(session, [seat.person_id])[seat.person_id].name
    if shift.id == seat.shift_id:
        return refusals.problem("overlap", f"{apart(name)} has another seat of this shift. Correct that one.")
    return refusals.overlap(shift, name=name)
