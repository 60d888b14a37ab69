"""Completion: people check in and complete their shift, and the ledger learns of it."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.models import Seat
from app.services.shifts import credit, refusals
from app.services.shifts.locked_shift import LockedShift, check_is_own, facts_of, find_seat

COMPLETED = "Completed the shift."


def check_in(session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None) -> Seat:
    """Check in to a seat; a repeat changes nothing. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused."""
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    verdict = lives.check_in(facts_of(seat), locked.facts, act.now, organizes=locked.reason is not None)
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        seat.checked_in_at = act.now
        locked.change(seat, verdict.to)
    return seat


def complete(session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None) -> Seat:
    """Complete a seat and credit it; a repeat changes nothing. Raises like `check_in`.

    The team's first completion of the slot is its shift, each further one an attendance; without a team each is a
    shift of its person.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason, with_ledger=True)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    verdict = lives.complete(
        facts_of(seat), locked.facts, locked.settings, act.now,
        organizes=locked.reason is not None, is_organizer=act.actor.may("admin"),
    )  # fmt: skip
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        locked.change(seat, verdict.to)
        credit.follow(session, locked.week, locked.shift, act, reason=locked.reason or COMPLETED)
    return seat
