"""Lists imported later: whom and which teams they name again, which stands against undoing an earlier one."""

import json
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from app.models import ListImport, Membership

NAMED = "been named on a later list"
"""A noun of what stands against removing somebody, as `Obstacles` has them."""


@dataclass
class Named:
    """The ids that later lists name, by what those lists say of them.

    `people` and `teams` are named at all, `members` in their team of this week, `placed` with function or office.
    """

    people: set[str] = field(default_factory=set)
    teams: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)


def named_since(session: Session, found: ListImport) -> Named:
    """Whom lists that came after this one, and are not undone, name of those who were there.

    One list is read at a time: a long one keeps a megabyte of ids.
    """
    is_later = col(ListImport.at) > found.at
    if found.week_id is not None:
        of_week = and_(col(ListImport.week_id) == found.week_id, col(ListImport.version) > found.version)
        is_later = or_(of_week, and_(col(ListImport.week_id).is_distinct_from(found.week_id), is_later))
    columns = select(col(ListImport.week_id), col(ListImport.kind), col(ListImport.made))
    later = columns.where(
        col(ListImport.kind).in_(("teams", "people")), col(ListImport.undone_at).is_(None), is_later
    )  # fmt: skip
    named = Named()
    for week_id, kind, text in session.connection().execute(later.execution_options(yield_per=1)):
        made = json.loads(text)
        known = made.get("named", ())  # lists that came before these ids were kept have none
        named.people.update(known)
        named.teams.update(made.get("named_teams", ()))
        if kind == "teams" and week_id == found.week_id:
            named.members.update(known)
        if made.get("placed"):
            named.placed.update(known)
    return named


def left_by_undone(session: Session, found: ListImport, person_ids: list[str]) -> list[str]:
    """Those of these people whom a list of the same week, undone by now, put into a team: this list alone kept them."""
    undone = select(col(ListImport.version)).where(
        col(ListImport.week_id) == found.week_id, col(ListImport.kind) == "teams",
        col(ListImport.undone_at).is_not(None), col(ListImport.id) != found.id,
    )  # fmt: skip
    query = select(col(Membership.person_id)).where(
        col(Membership.week_id) == found.week_id, col(Membership.version).in_(undone)
    )
    brought = {person_id for (person_id,) in session.connection().execute(query)}
    return [person_id for person_id in person_ids if person_id in brought]
