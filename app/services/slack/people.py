"""People of Slack: whom a user id belongs to here."""

from sqlmodel import Session, select

from app.models import Person, SourceIdentity
from app.services.people import aliases


def find(session: Session, source: str, user_id: str) -> Person | None:
    """The person whom a user of a workspace is here; None for one whom nobody named, and for who is deactivated."""
    query = select(SourceIdentity.person_id).where(
        SourceIdentity.source == source, SourceIdentity.external_id == user_id
    )
    person_id = session.exec(query).first()
    person = session.get(Person, aliases.resolve(session, person_id)) if person_id else None
    return person if person is not None and person.disabled_at is None else None
