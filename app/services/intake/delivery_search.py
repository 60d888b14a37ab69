"""Search of deliveries: by connection, state, day and text; listed, counted, and replayed as many as there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, func, or_, update
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.errors import Malformed
from app.models import Connection, Delivery, LedgerEntry, Person
from app.services import paging
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.intake import author_ids, connections, deliveries, typed
from app.services.intake.deliveries import STATES, DeliveryView
from app.services.people import aliases

MOST_AT_ONCE = 10_000
"""Deliveries that one replay looks at again: a few minutes of work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of deliveries; empty fields do not narrow. `text` is an id, an author, or part of a name or reason."""

    connection: str = ""
    state: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Replayed(NamedTuple):
    """The outcome of a replay: deliveries that are looked at again, and recorded ones, which stay so."""

    again: int
    stayed: int


def page(session: Session, wanted: Wanted, *, cursor: str | None, limit: int) -> paging.Page[DeliveryView]:
    """The deliveries that a filter lets through, newest first. Raises Malformed."""
    conditions = _conditions(wanted)
    if cursor is not None:
        last = paging.last_before(cursor, lambda id_: session.exec(select(Delivery).where(Delivery.id == id_)).first())
        conditions.append(col(Delivery.seq) < last.seq)
    query = select(Delivery, Connection).join(Connection).where(*conditions)
    rows = session.exec(query.order_by(col(Delivery.seq).desc()).limit(limit + 1))
    return paging.cut([DeliveryView(*row) for row in rows], limit, lambda view: view.delivery.id)


def count(session: Session, wanted: Wanted) -> int:
    """The number of deliveries that a filter lets through. Raises Malformed."""
    return session.exec(select(func.count()).select_from(Delivery).join(Connection).where(*_conditions(wanted))).one()


def replay_all(session: Session, wanted: Wanted, act: Act) -> Replayed:
    """Look again at all that a filter lets through, the newest `MOST_AT_ONCE` at most. Raises Malformed."""
    serialize(session)  # what is being recorded meanwhile would be judged anew, or each could wait for the other
    query = select(Delivery.seq).join(Connection).where(*_conditions(wanted))
    found = col(Delivery.seq).in_(query.order_by(col(Delivery.seq).desc()).limit(MOST_AT_ONCE))
    is_recorded = col(Delivery.state) == "recorded"
    stay = update(Delivery).where(found, is_recorded).values(attempts=col(Delivery.attempts) + 1)
    stayed = session.connection().execute(stay).rowcount
    replayed = Replayed(deliveries.requeue(session, found, ~is_recorded), stayed)
    details = {
        "connection": wanted.connection, "state": wanted.state, "text": wanted.text, "since": wanted.since,
        "until": wanted.until, "deliveries": sum(replayed),
    }  # fmt: skip
    narrowed = {name: value for name, value in details.items() if value}
    audit.note(session, "deliveries.replayed", AuditTarget("delivery", "all", "Deliveries"), act, after=narrowed)
    return replayed


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.connection:
        is_name = connections.is_name(wanted.connection)
        conditions.append(col(Connection.name) == wanted.connection if is_name else false())
    if wanted.state:
        if wanted.state not in STATES:
            raise Malformed(f"“{wanted.state[:40]}” isn’t a state of deliveries. Choose one of {', '.join(STATES)}.")
        conditions.append(col(Delivery.state) == wanted.state)
    if wanted.since:
        conditions.append(col(Delivery.received_at) >= wanted.since)
    if wanted.until:
        conditions.append(col(Delivery.received_at) < wanted.until)
    if wanted.text:
        conditions.append(_says(wanted.text))
    return conditions


def _says(text: str) -> ColumnElement[bool]:
    exact = (Delivery.id, Delivery.event_id, Delivery.activity_id)
    part = (Delivery.author_name, Delivery.reason)
    return or_(
        *(col(column) == text for column in exact),
        col(Delivery.author) == author_ids.tidy(text),
        *(typed.holds(column, text) for column in part),
    )


def people_of(session: Session, views: Sequence[DeliveryView]) -> Mapping[str, Person]:
    """The people credited with the activities of deliveries, by activity."""
    ids = {view.delivery.activity_id for view in views if view.delivery.activity_id}
    query = select(LedgerEntry.id, Person).join(Person, col(Person.id) == aliases.owner_id(col(LedgerEntry.person_id)))
    return dict(session.exec(query.where(col(LedgerEntry.id).in_(ids))).all()) if ids else {}


def connection_names(session: Session) -> list[str]:
    """The names of connections, past ones too."""
    return sorted(set(session.exec(select(Connection.name))))
