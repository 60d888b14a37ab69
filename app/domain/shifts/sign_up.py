"""Signing up: the first reason, in the contract's order, for which somebody cannot take a seat."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.shifts.model import Code, ShiftFacts, ShiftSettings


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of people to `seats` seats of one shift, with all that stands for or against it."""

    seats: int = 1
    has_team: bool = True
    is_ready: bool = True
    overlaps: bool = False
    is_limited: bool = False


def sign_up_refusal(
    shift: ShiftFacts, claim: Claim, settings: ShiftSettings, now: datetime, *, organizes: bool = False
) -> Code | None:
    """Find why people cannot sign up; who has a seat already is not asked about.

    Who `organizes` and gave a reason is held by the week, a cancelled shift, overlaps and seats alone.
    """
    if code := standing_refusal(shift):
        return code
    if not organizes and (code := _early_or_late(shift, settings, now) or _not_eligible(claim, settings)):
        return code
    if claim.overlaps:
        return "overlap"
    if shift.taken + claim.seats > shift.seats:
        return "full"
    return "limit" if claim.is_limited and not organizes else None


def standing_refusal(shift: ShiftFacts) -> Code | None:
    """Find why nobody's seat in this shift can come to life: its week is not open, or it is cancelled."""
    if not shift.is_week_open:
        return "week-not-open"
    return "cancelled" if shift.is_cancelled else None


def _early_or_late(shift: ShiftFacts, settings: ShiftSettings, now: datetime) -> Code | None:
    if now >= shift.starts_at:
        return "started"
    return "not-open-yet" if settings.opens_at is not None and now < settings.opens_at else None


def _not_eligible(claim: Claim, settings: ShiftSettings) -> Code | None:
    if settings.needs_team and not claim.has_team:
        return "no-team"
    return None if claim.is_ready else "not-ready"
