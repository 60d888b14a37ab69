"""Finding people at Slack: once a day those whom no account there is known of are looked up by their email."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import exists
from sqlmodel import Session, col, select

from app.domain.intake.kinds import SLACK
from app.models import Connection, Person, SlackUser, SlackWorkspace, SourceIdentity
from app.services import jobs
from app.services.slack import meeting

FIND: Final = "slack.find"
"""The kind of the job that looks the next person up; without a connection it begins with the first of each."""


class Unfound(NamedTuple):
    """Somebody of whom no account at Slack is known."""

    person_id: str
    email: str


def begin(session: Session, now: datetime) -> None:
    """Have people looked up in each workspace whose token works."""
    query = (
        select(Connection.id)
        .join(SlackWorkspace, col(SlackWorkspace.connection_id) == Connection.id)
        .where(Connection.kind == SLACK, col(Connection.disconnected_at).is_(None))
        .where(col(SlackWorkspace.token).is_not(None))
    )
    for connection_id in session.exec(query.order_by(col(Connection.id))).all():
        go_on(session, connection_id, "", now)


def go_on(session: Session, connection_id: str, after: str, now: datetime) -> None:
    """Have the next person looked up, one after the other, so that what people wait for comes between."""
    payload = {"connection": connection_id, "after": after}
    jobs.enqueue(session, FIND, payload, run_at=now, key=f"{FIND}:{connection_id}:{now.date()}:{after}")


def next_one(session: Session, connection_id: str, after: str) -> Unfound | None:
    """The next person, by id, who isn't known there; None after the last."""
    source = session.get_one(Connection, connection_id).source
    known = exists().where(col(SourceIdentity.source) == source, col(SourceIdentity.person_id) == Person.id)
    is_here = col(Person.disabled_at).is_(None), col(Person.merged_into).is_(None), col(Person.removed_at).is_(None)
    query = select(Person.id, Person.email).where(*is_here, Person.id > after, Person.email != "", ~known)
    row = session.exec(query.order_by(col(Person.id)).limit(1)).first()
    return Unfound(*row) if row else None


def found(session: Session, connection_id: str, user: Any, now: datetime) -> None:
    """Know somebody who was found from now on.

    Whom Slack told of before is left alone: they parted their account, or are met when they type something.
    """
    user_id = user.get("id") if isinstance(user, dict) else None
    if isinstance(user_id, str) and user_id:
        before = session.get(SlackUser, (connection_id, user_id))
        if before is None or not before.kind:
            meeting.learn(session, connection_id, user_id, user, now)
