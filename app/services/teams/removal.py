"""Removal of teams that nothing stands against. They are marked: memberships, which only grow, refer to them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Select, delete, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.domain.actor import Act
from app.domain.memberships import team_at
from app.models import (
    CalendarFeed,
    JoinCode,
    LedgerEntry,
    Membership,
    Score,
    Seat,
    Shift,
    ShiftCredit,
    Team,
    Week,
)
from app.services.audit import audit
from app.services.people.people import CHUNK, chunks
from app.services.people.removal import Obstacles
from app.services.people.week_members import BY_HAND
from app.services.teams import teams


def remove(session: Session, week: Week, team_ids: Collection[str], act: Act) -> Obstacles:
    """Remove those of these teams of a locked week that nothing stands against; what stands against the others.

    Their names are free then. The caller touches the week afterwards.
    """
    wanted = set(team_ids)
    found = {team.id: team for team in teams.of_week(session, week) if team.id in wanted}
    against = obstacles(session, week, list(found))
    gone = [team for team in found.values() if team.id not in against]
    audit.note_each(session, "team.removed", [(teams.audit_target(team), {"week": week.slug}) for team in gone], act)
    no_name = col(Team.name_key) + "\n" + col(Team.id)  # no name has two lines
    changes = {"removed_version": week.version + 1, "name_key": no_name}
    for chunk in chunks([team.id for team in gone], CHUNK):
        session.connection().execute(update(Team).where(col(Team.id).in_(chunk)).values(changes))
        session.connection().execute(delete(JoinCode).where(col(JoinCode.team_id).in_(chunk)))
        session.connection().execute(delete(Score).where(col(Score.week_id) == week.id, col(Score.team_id).in_(chunk)))
    for team in gone:
        session.expire(team)
    return against


def obstacles(session: Session, week: Week, team_ids: Collection[str]) -> Obstacles:
    """Find what stands against removing teams of a locked week; a team that may go is left out.

    Reversed activities and past members count; memberships that undone imports brought do not.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for chunk in chunks(team_ids, CHUNK):
        for noun, query in _direct(chunk):
            for (team_id,) in session.connection().execute(query.distinct()):
                found[team_id].append(noun)
    for noun, team_id in sorted(_of_members(session, week, set(team_ids))):
        found[team_id].append(noun)
    return {team_id: list(dict.fromkeys(nouns)) for team_id, nouns in found.items()}


def _direct(team_ids: list[str]) -> Iterator[tuple[str, Select[Any]]]:
    """Queries for the teams, among these, that a row refers to."""
    yield "members", sql_select(col(Membership.team_id)).where(col(Membership.team_id).in_(team_ids), BY_HAND)
    yield "adjustments", sql_select(col(LedgerEntry.team_id)).where(col(LedgerEntry.team_id).in_(team_ids))
    yield "shifts", sql_select(col(ShiftCredit.team_id)).where(col(ShiftCredit.team_id).in_(team_ids))
    yield (
        "a calendar",
        sql_select(col(CalendarFeed.team_id)).where(
            col(CalendarFeed.team_id).in_(team_ids), col(CalendarFeed.revoked_at).is_(None)
        ),
    )


def _of_members(session: Session, week: Week, team_ids: set[str]) -> set[tuple[str, str]]:
    """The activities and seats of whoever was in these teams that belong to one of them, as nouns with its id."""
    joins = teams.joins(session, week)
    people = sorted(each for each, own in joins.items() if any(join.team in team_ids for join in own))
    found = set[tuple[str, str]]()
    for chunk in chunks(people, CHUNK):
        entry = sql_select(col(LedgerEntry.person_id), col(LedgerEntry.occurred_at))
        seat = sql_select(col(Seat.person_id), col(Shift.starts_at)).join(Shift, col(Shift.id) == Seat.shift_id)
        for noun, query in (
            ("activities", entry.where(col(LedgerEntry.week_id) == week.id, col(LedgerEntry.person_id).in_(chunk))),
            ("shifts", seat.where(col(Shift.week_id) == week.id, col(Seat.person_id).in_(chunk))),
        ):
            for person_id, at in session.connection().execute(query):
                found.add((noun, str(team_at(joins[str(person_id)], at))))
    return {(noun, team_id) for noun, team_id in found if team_id in team_ids}
