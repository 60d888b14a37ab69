"""Aliases: people who were merged into somebody. Their rows in the ledger stay, and read as that person's."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.view import EVERYTHING, View
from app.models import Person
from app.services import alias_columns
from app.services.people import people

_ALL = Prepared(select(Person.id, Person.merged_into).where(col(Person.merged_into).is_not(None)))


def canonical(session: Session, view: View = EVERYTHING) -> Mapping[str, str]:
    """Read whom each alias was merged into, by the alias’s id, as a view has it; mostly there is none.

    Who had a name of their own when a week was frozen was nobody's alias then.
    """
    found = dict(_ALL.rows(session))
    names = view.names
    return found if names is None else {alias: person_id for alias, person_id in found.items() if alias not in names}


def resolve(session: Session, person_id: str) -> str:
    """Give the id of the person whom an id stands for: their own, or whom they were merged into."""
    query = select(Person.merged_into).where(Person.id == person_id)
    return session.exec(query).first() or person_id


def ids_of(person_id: Any) -> CompoundSelect[Any]:
    """Select a person's id, given as text or as a parameter, and those of their aliases, for `in_`."""
    return alias_columns.ids_of(Person, person_id)


def owner_id(person_id: Any) -> ColumnElement[str]:
    """The column expression for whose the rows of a column of people's ids are."""
    return alias_columns.owner_id(Person, person_id)


def owners(session: Session, person_ids: Iterable[str]) -> dict[str, Person]:
    """The people whom these ids stand for, by the id asked for."""
    found = people.by_id(session, person_ids)
    into = people.by_id(session, {person.merged_into for person in found.values() if person.merged_into})
    return {id_: into[person.merged_into] if person.merged_into else person for id_, person in found.items()}
