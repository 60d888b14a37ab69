"""Recent deliveries of a connection, each with the activity it became and whose that is."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from app.models import Delivery, LedgerEntry, Person
from app.services.people import aliases


class Understood(NamedTuple):
    """A delivery as it was understood: the activity it is about and its person, where there are."""

    delivery: Delivery
    activity: LedgerEntry | None
    person: Person | None


def newest(session: Session, connection_id: str, limit: int) -> list[Understood]:
    """The newest deliveries of a connection."""
    query = (
        select(Delivery, LedgerEntry, Person)
        .join(LedgerEntry, col(LedgerEntry.id) == Delivery.activity_id, isouter=True)
        .join(Person, col(Person.id) == aliases.owner_id(col(LedgerEntry.person_id)), isouter=True)
        .where(Delivery.connection_id == connection_id)
        .order_by(col(Delivery.received_at).desc(), col(Delivery.seq).desc())
        .limit(limit)
    )
    return [Understood(*row) for row in session.exec(query)]
