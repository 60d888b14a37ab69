"""Moves of members, looked at before they happen: points that stay, and what becomes of each seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.memberships import Join, current_team, team_at
from app.domain.shifts.model import LIVE
from app.domain.text.direction import apart
from app.errors import Conflict
from app.models import Person, Seat, Shift, Team, Week
from app.services.access import accounts
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts import settings
from app.services.shifts.locked_shift import LockedShift
from app.services.teams import teams
from app.services.weeks import weeks


class SeatAfter(NamedTuple):
    """A live seat of who moves: its shift, the team after it (None: none), and why it stays or what is odd.

    `moves` tells whether it changes its team; `note` is the end of a sentence, empty for what needs none.
    """

    shift: Shift
    team: str | None
    moves: bool
    note: str


@dataclass(frozen=True, slots=True)
class MovePlan:
    """A move of a person from one team of a week into another one (None: out of all), and what keeps it from being.

    `points` are those of their own work, which stay with the team they leave.
    """

    week: Week
    person: Person
    source: Team
    target: Team | None
    points: int
    seats: list[SeatAfter]
    refusals: list[str]


def preview(session: Session, slug: str, person_id: str, team_id: str, act: Act) -> MovePlan:
    """Work out what moving somebody into a team, or out of all (an empty id), does.

    Raises WeekUnknown, NotFound, or Conflict for who is in no team of the week, or in that one.
    """
    week = weeks.find(session, slug, act.now)
    person = accounts.find(session, person_id)
    joins = teams.joins(session, week, [person.id]).get(person.id, [])
    present = current_team(joins) if joins else None
    if present is None:
        raise Conflict(f"{apart(person.name)} isn’t in a team of this week. Add them to one.")
    source = teams.find(session, week, present)
    target = teams.find(session, week, team_id) if team_id else None
    if target is not None and target.id == source.id:
        raise Conflict(f"{apart(person.name)} is in {apart(source.name)} already.")
    tally = scores.of_team(session, week, source.id).people.get(person.id)
    after = [*joins, Join(target.id if target else None, act.now)]
    shift_settings, names = settings.settings_of(session, week), dict(teams.named(session, week))
    seats = []
    for shift in _shifts(session, week, person):
        places = team_at(joins, shift.starts_at), team_at(after, shift.starts_at)
        judged = LockedShift(session, week, shift, shift_settings, act, None)
        seats.append(_seat(judged, *places, names))
    return MovePlan(week, person, source, target, tally.points if tally else 0, seats, _refusals(session, week, target))


def _refusals(session: Session, week: Week, target: Team | None) -> list[str]:
    found = []
    if week.state == "closed":
        found.append(f"{apart(week.name)} is closed. Reopen it to change teams.")
    size = rule_sets.rules_of(session, week).team_size
    if target is not None and len(teams.members(session, week).get(target.id, ())) >= size:
        found.append(f"{apart(target.name)} is full: the rules allow {size}. Move someone out first.")
    return found


def _shifts(session: Session, week: Week, person: Person) -> list[Shift]:
    query = select(Shift).join(Seat, col(Seat.shift_id) == Shift.id)
    mine = Shift.week_id == week.id, Seat.person_id == person.id, col(Seat.state).in_(LIVE)
    return list(session.exec(query.where(*mine).order_by(col(Shift.starts_at))))


def _seat(judged: LockedShift, before: str | None, after: str | None, names: Mapping[str, str]) -> SeatAfter:
    """A seat goes by the team its person is in when its shift starts; who leaves all teams stays with the last one."""
    shift, name = judged.shift, names.get(after or "")
    if after == before:
        has_begun = shift.starts_at < judged.act.now
        why = "it has begun" if has_begun else "who leaves all teams keeps their seats for the last one"
        return SeatAfter(shift, name, moves=False, note=why)
    note = "beyond that team’s limit; the seat stays theirs" if judged.is_limited(after) else ""
    return SeatAfter(shift, name, moves=True, note=note)
