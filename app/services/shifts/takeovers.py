"""Takeovers: a seat passes from its holder to somebody else, and back where that is undone."""

from sqlmodel import col, select

from app.domain.shifts import covers as rules
from app.domain.shifts.model import LIVE
from app.models import Seat, SeatOffer
from app.services.shifts import offers, seat_queries, telling, waiting
from app.services.shifts.locked_shift import LockedShift, facts_of, find_seat


def hand_over(locked: LockedShift, seat: Seat, offered: SeatOffer | None, taker_id: str) -> Seat:
    """Give a seat to somebody who may have it; the giver may be able to take one they wait for elsewhere."""
    if offered is not None:
        offers.end(locked, offered, "accepted", taker_id=taker_id)
    locked.change(seat, "covered")
    taken = Seat(
        shift_id=locked.shift.id, person_id=taker_id, origin="cover", giver_id=seat.id, signed_up_at=locked.act.now
    )
    locked.change(taken, "signed_up")
    locked.end_waiting([taker_id])
    waiting.look_elsewhere(locked, [seat.person_id])
    return taken


def taken_over(locked: LockedShift, seat: Seat) -> Seat | None:
    """The live seat of who took over a seat."""
    query = select(Seat).where(Seat.giver_id == seat.id, col(Seat.state).in_(LIVE), Seat.shift_id == locked.shift.id)
    return locked.session.exec(query).first()


def is_busy(locked: LockedShift, person_id: str) -> bool:
    """Tell whether a person has a seat of this shift or of another one at its time."""
    return bool(locked.seated([person_id]) or locked.overlapping([person_id]))


def _can_have(locked: LockedShift, person_id: str) -> bool:
    return not is_busy(locked, person_id) and seat_queries.name_if_deactivated(locked.session, person_id) is None


def giver_of(locked: LockedShift, seat: Seat) -> str | None:
    """The person to whom a seat goes back if its holder leaves it now, in the first ten minutes."""
    if seat.giver_id is None or not rules.is_undone_by_leaving(facts_of(seat), locked.facts, locked.act.now):
        return None
    return locked.session.get_one(Seat, seat.giver_id).person_id


def undo(locked: LockedShift, seat: Seat) -> bool:
    """Give a seat back to whom it was taken over from, offered as before, if they can have it; after `hold`."""
    giver = locked.session.get_one(Seat, seat.giver_id)
    if not _can_have(locked, giver.person_id):
        return False
    locked.change(seat, "cancelled")
    again = Seat(
        shift_id=locked.shift.id, person_id=giver.person_id, origin=giver.origin, giver_id=giver.giver_id,
        signed_up_at=giver.signed_up_at,
    )  # fmt: skip
    locked.change(again, "signed_up")
    if giver.checked_in_at is not None:  # they were there: without it they would be a no-show
        again.checked_in_at = giver.checked_in_at
        locked.change(again, "checked_in")
    locked.end_waiting([giver.person_id])
    last = offers.last(locked.session, giver.id)
    if last is not None and last.state == "accepted":
        offers.make(locked, again, last.audience, last.person_id, last.offered_by)
    return True


def due(locked: LockedShift) -> list[str]:
    """The takers whose covers nobody decided until the start, so that `settle` approves them now."""
    has_begun = locked.facts.is_week_open and locked.act.now >= locked.shift.starts_at
    pending = offers.undecided(locked.session, locked.shift) if has_begun else []
    return [offered.taker_id for offered in pending if offered.taker_id is not None]


def settle(locked: LockedShift) -> None:
    """Approve the covers that are `due`, after `hold` of their takers; an offer whose taker cannot have it reopens."""
    own = locked.by_itself()
    for offered in offers.undecided(locked.session, locked.shift) if due(locked) else []:
        seat, taker_id = find_seat(locked.session, locked.shift, offered.seat_id), offered.taker_id
        if taker_id is not None and _can_have(locked, taker_id):
            hand_over(own, seat, offered, taker_id)
            continue
        offers.reopen(own, offered)
        if taker_id is not None:
            telling.undecided(own.teller, seat, taker_id, "busy")
