"""Participants of a week: its members with their functions, and those who had taken part before."""

from collections.abc import Iterable, Mapping, Set

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.view import View
from app.models import Person, Week
from app.services.people import aliases
from app.services.people.people import CHUNK, chunks
from app.services.teams import teams
from app.services.week_metrics import queries

NO_FUNCTION = "No function"


def functions_of_members(
    session: Session, week: Week, view: View, owners: Mapping[str, str], signed_up: Iterable[str]
) -> dict[str, str]:
    """The week's members, by id, with their functions: whoever ever was in a team of it.

    In a week without teams everyone with a sign-up.
    """
    joins = teams.joins(session, week, view=view)
    members = {owners.get(person, person) for person, each in joins.items() if any(join.team for join in each)}
    return _functions(session, members or {owners.get(person, person) for person in signed_up})


def _functions(session: Session, people: Iterable[str]) -> dict[str, str]:
    functions: dict[str, str] = {}
    for chunk in chunks(sorted(people), CHUNK):
        query = select(col(Person.id), col(Person.function)).where(col(Person.id).in_(chunk))
        functions |= {person: function or NO_FUNCTION for person, function in session.execute(query)}
    return functions


def took_part_before(session: Session, week: Week, view: View, took_part: Set[str]) -> set[str]:
    """Find those of these people who took part in an earlier week, too, as far as the view's audience may know."""
    is_public = view.audience == "public"
    owners = aliases.canonical(session)
    ids = took_part | {alias for alias, person in owners.items() if person in took_part}
    found: set[str] = set(session.scalars(queries.completed_before(week, is_public=is_public)))
    for chunk in chunks(sorted(ids - found), CHUNK):
        found.update(session.scalars(queries.took_part_before(chunk, week, is_public=is_public)))
    return {owners.get(person, person) for person in found} & took_part
