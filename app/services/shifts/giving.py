"""Giving: organizers say what becomes of a seat; whoever is on the shift leaves it, what was is corrected."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.shifts.seats import Given
from app.services.shifts import completion, correction, covers, seats
from app.services.shifts.locked_shift import LockedShift, find_seat


def give(
    session: Session, slug: str, shift_id: str, seat_id: str, to: Given, act: Act, *, reason: str, taker_id: str = ""
) -> None:
    """Give a seat a state, or hand it over to `taker_id`. Raises like `completion`, `correction` and `covers` do."""
    where = (session, slug, shift_id, seat_id)
    if to == "checked_in":
        completion.check_in(*where, act, reason=reason)
        return
    if to == "handed_over":
        covers.accept(*where, taker_id, act, reason=reason)
        return
    locked = LockedShift.lock(session, slug, shift_id, act, reason, with_ledger=True)
    if to == "cancelled" and find_seat(session, locked.shift, seat_id).state in ("signed_up", "checked_in"):
        seats.leave(*where, act, reason=reason)
    else:
        correction.correct(*where, to, act, reason=reason)
