"""Places of people in their company: their function and their office, both empty where nobody said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select as sql_select
from sqlalchemy import update
from sqlmodel import Session, col

from app.domain.text import names
from app.models import Person
from app.services.people.people import CHUNK, chunks


class Place(NamedTuple):
    """A person's function, such as Sales, and office."""

    function: str = ""
    office: str = ""

    def having(self, function: str | None, office: str | None) -> "Place":
        """Return this place with what a list says; None says nothing."""
        return Place(self.function if function is None else function, self.office if office is None else office)


def flaws_of(function: str | None, office: str | None) -> list[str]:
    """The flaws of a tidied function and office, a sentence for each that has one; None says nothing."""
    told = {"function": function, "office": office}
    return [f"The {name} {flaw}." for name, text in told.items() if text and (flaw := names.flaw(text))]


def changes(session: Session, told: Mapping[str, tuple[str | None, str | None]]) -> dict[str, tuple[Place, Place]]:
    """Former and new places of those who change, by the person's id; `told` has None for what a list lacks."""
    if all(each == (None, None) for each in told.values()):
        return {}
    former = of(session, told)
    every = {id_: (before := former.get(id_, Place()), before.having(*each)) for id_, each in told.items()}
    return {id_: change for id_, change in every.items() if change[0] != change[1]}


def of(session: Session, person_ids: Iterable[str]) -> dict[str, Place]:
    """The places of the people there are among these, by their ids."""
    found: dict[str, Place] = {}
    for chunk in chunks(sorted(person_ids), CHUNK):
        query = sql_select(col(Person.id), col(Person.function), col(Person.office)).where(col(Person.id).in_(chunk))
        found |= {
            id_: Place(function or "", office or "") for id_, function, office in session.connection().execute(query)
        }
    return found


def put(session: Session, places: Mapping[str, Place]) -> None:
    """Give people these places, by their ids; a statement for the people of one place, of whom there are many."""
    ids: defaultdict[Place, list[str]] = defaultdict(list)
    for id_, place in places.items():
        ids[place].append(id_)
    for place, of_place in ids.items():
        values = {"function": place.function or None, "office": place.office or None}
        for chunk in chunks(of_place, CHUNK):
            session.connection().execute(update(Person).where(col(Person.id).in_(chunk)).values(values))
