"""A seat's life: which state it may go to, at which moment, and why it may not. Pure; windows are half-open."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from app.domain.shifts.model import LIVE, REPEAT, Seat, SeatState, ShiftFacts, ShiftSettings, Verdict
from app.domain.shifts.sign_up import standing_refusal

CHECK_IN_BEFORE = timedelta(minutes=15)
UNDO = timedelta(minutes=10)
"""Time after signing up in which it can be undone, however near the shift is."""
NO_SHOW_AFTER = timedelta(hours=12)
CORRECT_BEFORE = timedelta(minutes=5)

Corrected = Literal["completed", "no_show", "cancelled"]
Given = Literal["checked_in", "completed", "no_show", "cancelled", "handed_over"]
"""Deeds of organizers with a seat: a state that it gets, or it is handed over to another person."""


def check_in(seat: Seat, shift: ShiftFacts, now: datetime, *, organizes: bool = False) -> Verdict:
    """Check in from 15 minutes before the start until the end."""
    if not shift.is_week_open:
        return Verdict(refusal="week-not-open")
    if seat.state in ("checked_in", "completed"):
        return REPEAT
    if seat.state != "signed_up":
        return Verdict(refusal="gone")
    if not organizes and now < shift.starts_at - CHECK_IN_BEFORE:
        return Verdict(refusal="too-early")
    if not organizes and now >= shift.ends_at:
        return Verdict(refusal="started")
    return Verdict("checked_in")


def complete(
    seat: Seat,
    shift: ShiftFacts,
    settings: ShiftSettings,
    now: datetime,
    *,
    organizes: bool = False,
    is_organizer: bool = False,
) -> Verdict:
    """Complete from the start on, once checked in; where only organizers do that, nobody else may.

    An organizer needs no reason for that, only to act outside the rules: `organizes`.
    """
    if not shift.is_week_open:
        return Verdict(refusal="week-not-open")
    if seat.state == "completed":
        return REPEAT
    if settings.completes == "organizer" and not (organizes or is_organizer):
        return Verdict(refusal="not-yours")
    if seat.state not in LIVE:
        return Verdict(refusal="gone")
    if not organizes and now < shift.starts_at:
        return Verdict(refusal="too-early")
    return Verdict("completed") if seat.state == "checked_in" or organizes else Verdict(refusal="not-checked-in")


def settle(seat: Seat, shift: ShiftFacts, settings: ShiftSettings, now: datetime) -> SeatState | None:
    """The state that a seat gets by itself at this moment; None where it stays as it is."""
    if not shift.is_week_open:
        return None
    if seat.state == "checked_in" and settings.completes == "itself" and now >= shift.ends_at:
        return "completed"
    return "no_show" if seat.state == "signed_up" and now >= shift.ends_at + NO_SHOW_AFTER else None


def leave(seat: Seat, shift: ShiftFacts, settings: ShiftSettings, now: datetime, *, organizes: bool = False) -> Verdict:
    """Leave until the deadline, or within ten minutes of signing up; a promoted seat until the start."""
    if not shift.is_week_open:
        return Verdict(refusal="week-not-open")
    if seat.state == "cancelled":
        return REPEAT
    if seat.state not in LIVE:
        return Verdict(refusal="gone")
    if seat.state == "completed" or (now >= shift.starts_at and not organizes):
        return Verdict(refusal="started")
    if organizes or (seat.state == "signed_up" and now < leave_until(seat, shift, settings)):
        return Verdict("cancelled")
    return Verdict(refusal="too-late-to-leave")


def leave_until(seat: Seat, shift: ShiftFacts, settings: ShiftSettings) -> datetime:
    """The moment from which a seat somebody signed up for cannot be left any more: the start at the latest."""
    if seat.promoted:
        return shift.starts_at
    return min(shift.starts_at, max(shift.starts_at - settings.leave_until, seat.signed_up_at + UNDO))


def end_with_shift(seat: Seat) -> SeatState:
    """The state of a seat once its shift is cancelled: completed ones and those that ended before stay."""
    return "cancelled" if seat.state in ("signed_up", "checked_in") else seat.state


def correct(seat: Seat, to: Corrected, shift: ShiftFacts, now: datetime, *, overlaps: bool = False) -> Verdict:
    """Correct what became of a seat, for organizers. A seat that comes to life again needs a place and the time."""
    if not shift.is_week_open:
        return Verdict(refusal="week-not-open")
    if seat.state == to:
        return REPEAT
    if seat.state == "covered":
        return Verdict(refusal="gone")
    if to != "cancelled" and now < shift.starts_at - CORRECT_BEFORE:
        return Verdict(refusal="too-early")
    revives = to in LIVE and seat.state not in LIVE
    if revives and (code := standing_refusal(shift)):
        return Verdict(refusal=code)
    if revives and overlaps:
        return Verdict(refusal="overlap")
    return Verdict(refusal="full") if revives and shift.taken >= shift.seats else Verdict(to)


def givable(state: SeatState, shift: ShiftFacts, now: datetime) -> tuple[Given, ...]:
    """The states that organizers may give a seat now; whether there is a place for one that ended is left open."""
    seat, roomy = Seat(state, signed_up_at=now), replace(shift, taken=0)
    given: list[Given] = ["checked_in"] if check_in(seat, shift, now, organizes=True).to else []
    judged: tuple[Corrected, ...] = ("completed", "no_show", "cancelled")
    given += [to for to in judged if correct(seat, to, roomy, now).to]
    holds = seat.state in ("signed_up", "checked_in")
    return (*given, "handed_over") if holds and shift.is_week_open and not shift.is_cancelled else tuple(given)
