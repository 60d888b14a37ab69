"""Covers: seats offered and taken over, and why not; until the end of their shift, so also by who helps out at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.draft import PersonId
from app.domain.shifts.model import Code, Seat, ShiftFacts, ShiftSettings
from app.domain.shifts.seats import UNDO
from app.domain.shifts.sign_up import standing_refusal

OfferedTo = Literal["everyone", "team"] | PersonId


@dataclass(frozen=True, slots=True)
class Takeover:
    """Somebody's wish to take over a seat; `is_taken` by another, or promised to one until organizers approve."""

    seat: Seat
    is_taken: bool = False
    is_offered: bool = True
    has_team: bool = True
    is_ready: bool = True
    overlaps: bool = False
    is_limited: bool = False


def can_change_hands(seat: Seat) -> bool:
    """Tell whether somebody else may take over a seat in its state."""
    return seat.state in ("signed_up", "checked_in")


def offer_refusal(seat: Seat, shift: ShiftFacts, now: datetime, *, organizes: bool = False) -> Code | None:
    """Find why a seat cannot be offered."""
    if code := standing_refusal(shift):
        return code
    if now >= shift.ends_at and not organizes:
        return "started"
    return None if can_change_hands(seat) else "gone"


def accept_refusal(
    takeover: Takeover, shift: ShiftFacts, settings: ShiftSettings, now: datetime, *, organizes: bool = False
) -> Code | None:
    """Find why somebody cannot take over a seat; who has done so already is not asked about.

    Who `organizes` and gave a reason arranges it without an offer, a team, readiness or a limit, and after the end too.
    """
    if code := standing_refusal(shift):
        return code
    if now >= shift.ends_at and not organizes:
        return "started"
    if takeover.is_taken or (organizes and not can_change_hands(takeover.seat)):
        return "gone"
    if not organizes and not (takeover.is_offered and can_change_hands(takeover.seat)):
        return "not-offered"
    if not organizes and settings.needs_team and not takeover.has_team:
        return "no-team"
    if not organizes and not takeover.is_ready:
        return "not-ready"
    if takeover.overlaps:
        return "overlap"
    return "limit" if takeover.is_limited and not organizes else None


def needs_approval(shift: ShiftFacts, settings: ShiftSettings, now: datetime, *, organizes: bool = False) -> bool:
    """Tell whether organizers have to approve a cover: where they want to, before the start, unless one arranges it."""
    return settings.approve_covers and now < shift.starts_at and not organizes


def is_undone_by_leaving(seat: Seat, shift: ShiftFacts, now: datetime) -> bool:
    """Tell whether a seat taken over goes back to its giver when its holder leaves: in the first ten minutes."""
    return now < undo_until(seat, shift) and seat.state == "signed_up" and standing_refusal(shift) is None


def undo_until(seat: Seat, shift: ShiftFacts) -> datetime:
    """The moment from which leaving a seat taken over does not give it back any more; during the shift, too."""
    return min(seat.signed_up_at + UNDO, shift.ends_at)
