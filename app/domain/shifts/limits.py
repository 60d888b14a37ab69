"""Limits: how many slots a team may have, so that the fastest do not take all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.shifts.model import ShiftSettings

LIFTED_BEFORE = timedelta(hours=24)


def is_early(starts_at: datetime, settings: ShiftSettings, zone: ZoneInfo) -> bool:
    """True for a shift that starts, by the clock on the wall, before the time that makes it an early one."""
    local = starts_at.astimezone(zone)
    return 60 * local.hour + local.minute < settings.early_before


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots in which teams have live seats: their starts by team and shift; `active` teams have members."""

    of_teams: Mapping[str, Mapping[str, datetime]]
    active: Collection[str]


def is_limited(
    shift_id: str, starts_at: datetime, team_id: str | None, slots: Slots, settings: ShiftSettings, zone: ZoneInfo,
    now: datetime,
) -> bool:  # fmt: skip
    """Tell whether a team may not have this slot yet.

    A further seat in a slot it has is never limited, nor is a seat for no team.
    """
    if team_id is None or not settings.has_limits or now >= starts_at - LIFTED_BEFORE:
        return False
    own = slots.of_teams.get(team_id, {})
    if shift_id in own:
        return False
    another_has_none = any(team not in slots.of_teams for team in slots.active if team != team_id)
    if settings.first_round is not None and another_has_none and len(own) >= settings.first_round:
        return True
    if settings.early_per_team is None or not is_early(starts_at, settings, zone):
        return False
    return sum(is_early(start, settings, zone) for start in own.values()) >= settings.early_per_team
