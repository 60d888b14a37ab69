"""Gaps in the shifts of a week: those ahead that lack people, and the teams without a shift."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.models import Team, Week
from app.services.shifts.listing import ShiftItem
from app.services.teams import teams


class IdleTeam(NamedTuple):
    """A team without a live seat in its week, and the number of its members."""

    team: Team
    members: int


class Gaps(NamedTuple):
    """The number of shifts that are not over and lack people, the start of the first of them, and teams without one."""

    shifts: int = 0
    first_at: datetime | None = None
    idle: Sequence[IdleTeam] = ()


def among(session: Session, week: Week, items: Iterable[ShiftItem], now: datetime, *, needs_team: bool) -> Gaps:
    """Find the gaps among the shifts of a week; no team is without one where none is ahead to take."""
    standing = [item for item in items if not item.is_cancelled]
    ahead = [item.shift for item in standing if item.shift.ends_at > now]
    lacking = [item.shift for item in standing if item.shift.ends_at > now and item.taken < item.shift.needed]
    idle = idle_teams(session, week, standing) if needs_team and ahead else ()
    return Gaps(len(lacking), min((shift.starts_at for shift in lacking), default=None), idle)


def idle_teams(session: Session, week: Week, items: Iterable[ShiftItem]) -> list[IdleTeam]:
    """The teams that have members and no live seat in any of these shifts, by name."""
    busy = {seat.team_id for item in items if not item.is_cancelled for seat in item.seats if seat.is_live}
    members = teams.members(session, week)
    found = [IdleTeam(team, len(members.get(team.id, ()))) for team in teams.of_week(session, week)]
    return [each for each in found if each.members and each.team.id not in busy]
