"""Limits: how many slots a team may have, so that the fastest do not take all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.memberships import Join, current_team, team_at
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


def slots_of(
    seats: Iterable[tuple[str, str, datetime]], joins: Mapping[str, Sequence[Join]], deactivated: Collection[str]
) -> Slots:
    """The slots of teams: live `seats` by person, shift and start, for the team that each was in at that start."""
    slots: dict[str, dict[str, datetime]] = {}
    for person_id, shift_id, starts_at in seats:
        team_id = team_at(joins.get(person_id, ()), starts_at)
        if team_id is not None:
            slots.setdefault(team_id, {})[shift_id] = starts_at
    active = {current_team(theirs) for person_id, theirs in joins.items() if person_id not in deactivated}
    return Slots(slots, {team_id for team_id in active if team_id is not None})


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


SEVERAL = "several"


def first_round_waits_for(slots: Slots, settings: ShiftSettings) -> str:
    """The id of the team that others wait for in the first round, empty for none, or SEVERAL.

    While it stays the same, the first round limits the same teams, apart from what they do themselves.
    """
    if settings.first_round is None:
        return ""
    without = [team_id for team_id in slots.active if team_id not in slots.of_teams]
    return SEVERAL if len(without) > 1 else "".join(without)
