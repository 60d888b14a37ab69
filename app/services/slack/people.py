"""People of Slack: whom a user id belongs to here."""

from datetime import datetime

from sqlmodel import Session, select

from app.domain import actor
from app.domain.actor import ROLES, Act
from app.models import Person, SlackUser, SourceIdentity
from app.services.people import aliases


def act_of(person: Person, now: datetime) -> Act:
    """An act of somebody who is known by their account at Slack, in their own name."""
    role = next(role for role in ROLES if role == person.role)
    return Act(actor.person(person.name, person.id, role), now)


def profile(session: Session, connection_id: str, user_id: str) -> SlackUser:
    """The row of somebody in a workspace; a new row where nothing is."""
    known = session.get(SlackUser, (connection_id, user_id))
    return known or SlackUser(connection_id=connection_id, user_id=user_id)


def is_nobody(session: Session, connection_id: str, user_id: str) -> bool:
    """Tell whether Slack said that this is a bot, or somebody who left: they are ignored."""
    known = session.get(SlackUser, (connection_id, user_id))
    return known is not None and known.kind in {"bot", "gone"}


def find(session: Session, source: str, user_id: str) -> Person | None:
    """The person whom a user of a workspace is here; None for one whom nobody named, and for who is deactivated."""
    query = select(SourceIdentity.person_id).where(
        SourceIdentity.source == source, SourceIdentity.external_id == user_id
    )
    person_id = session.exec(query).first()
    person = session.get(Person, aliases.resolve(session, person_id)) if person_id else None
    return person if person is not None and person.disabled_at is None else None
