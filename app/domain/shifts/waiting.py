"""Waiting lists: who may join one, and until when a freed seat is given to somebody on it."""

from datetime import datetime, timedelta

from app.domain.shifts.model import Code, ShiftFacts, ShiftSettings
from app.domain.shifts.sign_up import Claim, sign_up_refusal

LAST_PROMOTION = timedelta(hours=2)
"""Time before a shift's start from which on nobody gets a seat unawares: a free one is anybody's then."""


def join_refusal(
    shift: ShiftFacts, claim: Claim, settings: ShiftSettings, now: datetime, *, organizes: bool = False
) -> Code | None:
    """Find why people cannot wait; like signing up, which they should do instead where it would work."""
    code = sign_up_refusal(shift, claim, settings, now, organizes=organizes)
    if code in ("full", "limit"):
        return "started" if now >= shift.starts_at else None
    return code or "seat-free"


def promotes(shift: ShiftFacts, now: datetime) -> bool:
    """Tell whether a free seat goes to who waits."""
    return shift.is_week_open and not shift.is_cancelled and now < shift.starts_at - LAST_PROMOTION
