"""Removal of teams that nothing stands against. They are marked: memberships, which only grow, refer to them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, not_, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.memberships import team_at
from app.models import (
    CalendarFeed,
    JoinCode,
    LedgerEntry,
    Membership,
    Person,
    Score,
    Seat,
    Shift,
    ShiftCredit,
    Team,
    Week,
)
from app.services.audit import audit
from app.services.id_sets import among
from app.services.people.removal import Obstacles
from app.services.people.week_members import BY_HAND
from app.services.teams import teams

_LEFT = aliased(Membership)
_CAME_ALONG = and_(
    col(Membership.person_id).in_(select(Person.id).where(col(Person.merged_into).is_not(None))),
    exists().where(
        col(_LEFT.person_id) == col(Membership.person_id), col(_LEFT.week_id) == col(Membership.week_id),
        col(_LEFT.version) == col(Membership.version) + 1, col(_LEFT.team_id).is_(None),
        col(_LEFT.at) == col(Membership.at),
    ),
)  # fmt: skip
"""Memberships of aliases that joined and left at once, for their work to follow who they became: nobody's own."""

_DIRECT: tuple[tuple[str, Any, tuple[ColumnElement[bool], ...]], ...] = (
    ("members", Membership.team_id, (BY_HAND, not_(_CAME_ALONG))),
    ("adjustments", LedgerEntry.team_id, ()),
    ("a team merged into it", Team.merged_into, ()),
    ("shifts", ShiftCredit.team_id, ()),
    ("a calendar", CalendarFeed.team_id, (col(CalendarFeed.revoked_at).is_(None),)),
)
"""Nouns, the columns that refer to a team, and which rows count."""


def remove(session: Session, week: Week, team_ids: Collection[str], act: Act) -> Obstacles:
    """Remove those of these teams of a locked week that nothing stands against; what stands against the others.

    Their names are free then. The caller touches the week afterwards.
    """
    there = select(Team).where(Team.week_id == week.id, col(Team.removed_version).is_(None))
    found = session.exec(there.where(among(session, Team.id, team_ids)).order_by(col(Team.name_key))).all()
    against = obstacles(session, week, [team.id for team in found])
    gone = [team for team in found if team.id not in against]
    audit.note_each(session, "team.removed", [(teams.audit_target(team), {"week": week.slug}) for team in gone], act)
    no_name = col(Team.name_key) + "\n" + col(Team.id)  # no name has two lines
    changes = {"removed_version": week.version + 1, "name_key": no_name}
    ids = [team.id for team in gone]
    if ids:
        session.connection().execute(update(Team).where(among(session, Team.id, ids)).values(changes))
        session.connection().execute(delete(JoinCode).where(among(session, JoinCode.team_id, ids)))
        its = col(Score.week_id) == week.id, among(session, Score.team_id, ids)
        session.connection().execute(delete(Score).where(*its))
    for team in gone:
        session.expire(team)
    return against


def obstacles(session: Session, week: Week, team_ids: Collection[str]) -> Obstacles:
    """Find what stands against removing teams of a locked week; a team that may go is left out.

    Reversed activities and past members count; memberships that undone imports brought do not.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for noun, column, conditions in _DIRECT:
        query = sql_select(column).where(among(session, column, team_ids), *conditions).distinct()
        for (team_id,) in session.connection().execute(query):
            found[team_id].append(noun)
    for noun, team_id in sorted(_of_members(session, week, set(team_ids))):
        found[team_id].append(noun)
    return {team_id: list(dict.fromkeys(nouns)) for team_id, nouns in found.items()}


def _of_members(session: Session, week: Week, team_ids: set[str]) -> set[tuple[str, str]]:
    """The activities and seats of whoever was in these teams that belong to one of them, as nouns with its id."""
    joins = teams.joins(session, week)
    people = sorted(each for each, own in joins.items() if any(join.team in team_ids for join in own))
    found = set[tuple[str, str]]()
    entry = sql_select(col(LedgerEntry.person_id), col(LedgerEntry.occurred_at)).where(
        col(LedgerEntry.week_id) == week.id
    )
    seat = sql_select(col(Seat.person_id), col(Shift.starts_at)).join(Shift, col(Shift.id) == Seat.shift_id)
    for noun, query in (
        ("activities", entry.where(among(session, LedgerEntry.person_id, people))),
        ("shifts", seat.where(col(Shift.week_id) == week.id, among(session, Seat.person_id, people))),
    ):
        for person_id, at in session.connection().execute(query):
            found.add((noun, str(team_at(joins[str(person_id)], at))))
    return {(noun, team_id) for noun, team_id in found if team_id in team_ids}
