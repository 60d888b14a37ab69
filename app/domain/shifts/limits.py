"""Limits: how many slots a team may have, so that the fastest do not take all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.shifts.model import ShiftSettings

LIFTED_BEFORE = timedelta(hours=24)


def is_early(starts_at: datetime, settings: ShiftSettings, zone: ZoneInfo) -> bool:
    """True for a shift that starts, by the clock on the wall, before the time that makes it an early one."""
    local = starts_at.astimezone(zone)
    return 60 * local.hour + local.minute < settings.early_before


def is_limited(
    shift_id: str,
    starts_at: datetime,
    slots: Mapping[str, datetime],
    settings: ShiftSettings,
    zone: ZoneInfo,
    now: datetime,
    *,
    another_has_none: bool,
) -> bool:
    """Tell whether a team may not have this slot yet; `slots` are the starts of those it has, by shift.

    `another_has_none`: a team with active members is without any. A further seat in a slot it has is never limited.
    """
    if shift_id in slots or now >= starts_at - LIFTED_BEFORE:
        return False
    if settings.first_round is not None and another_has_none and len(slots) >= settings.first_round:
        return True
    if settings.early_per_team is None or not is_early(starts_at, settings, zone):
        return False
    return sum(is_early(start, settings, zone) for start in slots.values()) >= settings.early_per_team
