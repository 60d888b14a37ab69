"""People of Slack: whom a user id belongs to here."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.domain import actor
from app.domain.actor import ROLES, Act
from app.models import Person, SlackUser, SourceIdentity
from app.services.people import aliases

NOTED_EACH: Final = timedelta(days=1)
"""That somebody was here is noted once in this time."""


def act_of(person: Person, now: datetime) -> Act:
    """An act of somebody who is known by their account at Slack, in their own name."""
    role = next(role for role in ROLES if role == person.role)
    return Act(actor.person(person.name, person.id, role), now)


def profile(session: Session, connection_id: str, user_id: str) -> SlackUser:
    """The row of somebody in a workspace, made where there is none yet, and held until the transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"connection_id": connection_id, "user_id": user_id, "kind": "", "zone": ""}
    session.connection().execute(dialect.insert(SlackUser).values(row).on_conflict_do_nothing())
    query = select(SlackUser).where(SlackUser.connection_id == connection_id, SlackUser.user_id == user_id)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).one()


def is_nobody(session: Session, connection_id: str, user_id: str) -> bool:
    """Tell whether Slack said that this is a bot, or somebody who left: they are ignored."""
    known = session.get(SlackUser, (connection_id, user_id))
    return known is not None and known.kind in {"bot", "gone"}


def is_due(session: Session, connection_id: str, user_id: str, now: datetime) -> bool:
    """Tell whether it is to be noted that somebody is here, of whom something is kept: once a day."""
    known = session.get(SlackUser, (connection_id, user_id))
    return known is not None and (known.seen_at is None or known.seen_at <= now - NOTED_EACH)


def came(session: Session, connection_id: str, user_id: str, now: datetime) -> None:
    """Note that somebody is here, of whom something is kept."""
    known = col(SlackUser.connection_id) == connection_id, col(SlackUser.user_id) == user_id
    session.connection().execute(update(SlackUser).where(*known).values(seen_at=now))


def find(session: Session, source: str, user_id: str) -> Person | None:
    """The person whom a user of a workspace is here; None for one whom nobody named, and for who is deactivated."""
    query = select(SourceIdentity.person_id).where(
        SourceIdentity.source == source, SourceIdentity.external_id == user_id
    )
    person_id = session.exec(query).first()
    person = session.get(Person, aliases.resolve(session, person_id)) if person_id else None
    return person if person is not None and person.disabled_at is None else None
