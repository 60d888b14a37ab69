"""Edits of shifts by organizers: what is said of one, how many seats it has, when it is; and its end by cancelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.clock_times import clock_text
from app.domain.calendar.slots import Slot
from app.domain.shifts.model import LIVE
from app.domain.shifts.seats import end_with_shift
from app.errors import NotAllowed
from app.models import Seat, Shift
from app.services import reasons, slack_messages, topics
from app.services.audit import audit
from app.services.shifts import offers, refusals, shifts, telling, timetable, waiting
from app.services.shifts.locked_shift import LockedShift, facts_of
from app.services.shifts.shifts import ShiftFields
from app.services.webhooks import happenings
from app.services.weeks import weeks

_TOLD = frozenset({"starts_at", "ends_at", "label", "place", "link"})
"""The columns whose change is told to whoever has a seat, until the shift is over."""


@dataclass(frozen=True, slots=True)
class ShiftChanges:
    """The fields of a shift that are to be others; None stays as it is, an empty label, place or link is taken away."""

    seats: int | None = None
    needed: int | None = None
    label: str | None = None
    place: str | None = None
    link: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def edit(
    session: Session, slug: str, shift_id: str, changes: ShiftChanges, version: int, act: Act, *,
    reason: str | None = None,
) -> Shift:  # fmt: skip
    """Change fields of a shift whose `version` somebody has seen; seats that this adds go to who waits.

    Times change only before the start, with a reason and while nobody has completed it; sign-ups and offers stay.
    Raises WeekUnknown, NotFound, NotAllowed, Malformed or ShiftRefused.
    """
    locked = _lock(session, slug, shift_id, act, reason)
    shift = locked.shift
    if shift.cancelled_at is not None:
        raise refusals.problem("cancelled")
    if version != shift.version:
        raise refusals.problem("stale")
    fields, slot = _fields(shift, changes), _slot(locked, changes)
    if fields.seats < shift.taken:
        raise refusals.problem("full", f"{shift.taken} seats of this shift are taken, so it can’t have fewer.")
    holders = _holders(locked)
    people = [seat.person_id for seat in holders]
    waiting.hold(locked, people)
    if slot is not None:
        _check_times(locked, slot, holders)
    after = _assigned(fields, slot)
    before = {name: getattr(shift, name) for name, value in after.items() if getattr(shift, name) != value}
    if before:
        was = refusals.dated(shift)
        _apply(locked, after, people)
        if before.keys() & _TOLD and act.now < shift.ends_at:
            telling.changed(locked.teller, people, was, locked.reason)
        after = {name: after[name] for name in before}
        if locked.reason:
            after["reason"] = locked.reason
        target = shifts.audit_target(shift)
        audit.note(session, "shift.edited", target, act, before=_in_words(before), after=_in_words(after))
    return shift


def cancel(session: Session, slug: str, shift_id: str, act: Act, *, reason: str) -> Shift:
    """Cancel a shift that is not over: its seats and offers end, but for completed ones; a repeat changes nothing.

    Raises WeekUnknown, NotFound, NotAllowed, Malformed without a reason, or ShiftRefused.
    """
    locked = _lock(session, slug, shift_id, act, reasons.require(reason))
    shift = locked.shift
    if shift.cancelled_at is not None:
        return shift
    if act.now >= shift.ends_at:
        raise refusals.problem("started", "This shift is over. Correct its seats instead.")
    waits = [entry.person_id for entry in waiting.entries(locked)]
    asked = [offered.taker_id for offered in offers.undecided(session, shift) if offered.taker_id is not None]
    _apply(locked, {"cancelled_at": act.now}, ())
    ended = [seat for seat in _holders(locked) if end_with_shift(facts_of(seat)) != seat.state]
    for seat in ended:
        locked.change(seat, end_with_shift(facts_of(seat)))
    waiting.expire(locked)
    telling.cancelled(locked.teller, [*waits, *asked, *(seat.person_id for seat in ended)], locked.reason)
    waiting.look_elsewhere(locked, [seat.person_id for seat in ended])
    audit.note(session, "shift.cancelled", shifts.audit_target(shift), act, after={"reason": locked.reason})
    return shift


def _lock(session: Session, slug: str, shift_id: str, act: Act, reason: str | None) -> LockedShift:
    """Lock a shift and its week, whose timetable follows. Raises NotAllowed, or ShiftRefused in a closed week."""
    if not act.actor.may("admin"):
        raise NotAllowed("Only organizers change shifts. Ask one.")
    locked = LockedShift.lock(session, slug, shift_id, act, reason, with_ledger=True)
    if locked.week.state == "closed":
        raise refusals.problem("week-not-open")
    return locked


def _fields(shift: Shift, changes: ShiftChanges) -> ShiftFields:
    """The fields as they are to be. Raises Malformed."""
    return shifts.check_fields(
        ShiftFields(
            seats=shift.seats if changes.seats is None else changes.seats,
            needed=shift.needed if changes.needed is None else changes.needed,
            label=shift.label if changes.label is None else changes.label,
            place=shift.place if changes.place is None else changes.place,
            link=shift.link if changes.link is None else changes.link,
        )
    )


def _slot(locked: LockedShift, changes: ShiftChanges) -> Slot | None:
    """The slot to which a shift is to move. Raises Malformed where its week has no such, or without a reason."""
    shift, week = locked.shift, weeks.find_by_id(locked.session, locked.week.id)
    span = changes.starts_at or shift.starts_at, changes.ends_at or shift.ends_at
    if span == (shift.starts_at, shift.ends_at):
        return None
    slot = shifts.slot_of(week, *span)
    reasons.require(locked.reason or "")
    return slot


def _check_times(locked: LockedShift, slot: Slot, holders: list[Seat]) -> None:
    """Raise why a shift cannot move, which may be another seat of somebody who is on it."""
    if locked.act.now >= locked.shift.starts_at or any(seat.state == "completed" for seat in holders):
        raise refusals.problem("started", "This shift has started, so its times stay as they are.")
    if slot.ends_at <= locked.act.now:
        raise refusals.problem("started", "It would be over already. Choose times to come, or cancel the shift.")
    people = [seat.person_id for seat in holders]
    for _, name, other in locked.overlapping(people, (slot.starts_at, slot.ends_at)):
        raise refusals.overlap(other, name=name)


def _assigned(fields: ShiftFields, slot: Slot | None) -> dict[str, Any]:
    """The columns of a shift as they are to be."""
    columns = {name: getattr(fields, name) for name in ("seats", "needed", "label", "place", "link")}
    if slot is None:
        return columns
    return columns | {
        "starts_at": slot.starts_at, "ends_at": slot.ends_at, "local_date": slot.day,
        "local_from": clock_text(slot.start), "local_until": clock_text(slot.until),
    }  # fmt: skip


def _apply(locked: LockedShift, columns: dict[str, Any], holders: Sequence[str]) -> None:
    """Give columns of a shift their values, count its version, and bring along what follows from them.

    Its `holders` may be able to take a seat elsewhere that it stood in the way of.
    """
    session, shift, seats = locked.session, locked.shift, locked.shift.seats
    is_moved = "starts_at" in columns
    happenings.shift_changes(session, locked.week, shift, locked.act.now)
    for name, value in columns.items():
        setattr(shift, name, value)
    shift.version, shift.changed_at = shift.version + 1, locked.act.now
    if is_moved:
        shift.zone = locked.week.zone.key
    session.add(shift)
    session.flush()
    slack_messages.shift_changed(session, locked.shift.id, locked.act.now)
    topics.bump(session, locked.week, "shifts")
    timetable.plan_overdue(session, weeks.find_by_id(session, locked.week.id), [shift], locked.act.now)
    if is_moved:
        waiting.plan(locked)
    if is_moved or shift.seats > seats:
        waiting.freed(locked, holders if is_moved else ())


def _holders(locked: LockedShift) -> list[Seat]:
    """The live seats of a shift."""
    query = select(Seat).where(Seat.shift_id == locked.shift.id, col(Seat.state).in_(LIVE)).order_by(Seat.id)
    return list(locked.session.exec(query.execution_options(populate_existing=True)))


def _in_words(columns: dict[str, Any]) -> dict[str, Any]:
    """Values as the audit keeps them; a moment is ISO 8601."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in columns.items()}
