"""Places of people in their company: their function and their office, both empty where nobody said."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.models import Person
from app.services.people.people import CHUNK, chunks

_PUT = Prepared(
    update(Person)
    .where(col(Person.id) == bindparam("person"))
    .values(function=bindparam("its_function"), office=bindparam("its_office"))
)


class Place(NamedTuple):
    """A person's function, such as Sales, and office."""

    function: str = ""
    office: str = ""

    def having(self, function: str | None, office: str | None) -> "Place":
        """Return this place with what a list says; None says nothing."""
        return Place(self.function if function is None else function, self.office if office is None else office)


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
    """Give people these places, by their ids."""
    if places:
        _PUT.run(
            session,
            [
                {"person": id_, "its_function": each.function or None, "its_office": each.office or None}
                for id_, each in places.items()
            ],
        )
