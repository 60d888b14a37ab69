"""Deliveries: stored whole before they are answered, listed, looked at again."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.database import announce
from app.domain.actor import Act
from app.errors import NotFound
from app.events import DeliveryStored
from app.models import Connection, Delivery
from app.models.columns import is_id, new_id

STATES = ("received", "recorded", "repeated", "ignored", "unmatched", "outside", "quarantined")
KEPT_HEADERS = (b"x-", b"canny-", b"linear-", b"webhook-")
"""The beginnings of headers that sources read; cookies and the like are not kept."""


LONGEST_EVENT_ID = 200


Headers = Sequence[tuple[bytes, bytes]]


class DeliveryView(NamedTuple):
    """A delivery and the connection it came over."""

    delivery: Delivery
    connection: Connection


def store(
    session: Session,
    connection: Connection,
    headers: Headers,
    body: bytes,
    now: datetime,
    *,
    event_id: str | None,
    sent_at: datetime | None = None,
) -> str:
    """Keep a delivery whose signature is valid; its id, or that of the first one if it is a copy.

    `sent_at` is when it was signed, where its tool says so.
    """
    event_id = event_id[:LONGEST_EVENT_ID] if event_id else None
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "id": new_id(), "connection_id": connection.id, "event_id": event_id, "received_at": now, "sent_at": sent_at,
        "state": "received", "attempts": 0, "headers": kept_headers(headers), "body": body,
    }  # fmt: skip
    insert = dialect.insert(Delivery).values(row).on_conflict_do_nothing(index_elements=["connection_id", "event_id"])
    stored = session.connection().execute(insert.returning(col(Delivery.id))).scalar()
    if stored is None:
        query = select(Delivery.id).where(Delivery.connection_id == connection.id, Delivery.event_id == event_id)
        return session.exec(query).one()
    announce(session, DeliveryStored())
    return str(stored)


def kept_headers(headers: Headers) -> str:
    """The headers of a delivery that sources read, as they are kept."""
    kept = [each for each in headers if each[0].startswith(KEPT_HEADERS)]
    return json.dumps([(name.decode("latin-1"), value.decode("latin-1")) for name, value in kept])


def headers_of(delivery: Delivery) -> Headers:
    """The headers that were kept of a delivery."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in json.loads(delivery.headers)]


def find(session: Session, delivery_id: str) -> DeliveryView:
    """A delivery by its id. Raises NotFound."""
    query = select(Delivery, Connection).join(Connection).where(Delivery.id == delivery_id)
    found = session.exec(query).first() if is_id(delivery_id) else None
    if found is None:
        raise NotFound("There is no delivery with that id.")
    return DeliveryView(*found)


def replay(session: Session, delivery_id: str, act: Act) -> DeliveryView:
    """Look at a delivery again soon; a recorded one stays so. Raises NotFound."""
    view = find(session, delivery_id)
    if view.delivery.state == "recorded":
        view.delivery.attempts += 1
        session.add(view.delivery)
        session.flush()
    else:
        requeue(session, col(Delivery.seq) == view.delivery.seq)
        session.refresh(view.delivery)
    return view


def requeue(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Have the deliveries that meet all conditions looked at again; their number."""
    changed = update(Delivery).where(*conditions).values({"state": "received", "retry_at": None})
    number = session.connection().execute(changed).rowcount
    if number:
        announce(session, DeliveryStored())
    return number


def naming(connection_ids: Collection[str], external_id: str) -> ColumnElement[bool]:
    """The condition that a delivery of these connections names an author so; a ticket of that id is let in as well."""
    named = json.dumps(external_id, ensure_ascii=False)
    return col(Delivery.connection_id).in_(connection_ids) & col(Delivery.reading).contains(named, autoescape=True)


def requeue_outside(session: Session) -> None:
    """Look again at what no open week held, as a week opens."""
    requeue(session, col(Delivery.state) == "outside")


def is_due(session: Session, now: datetime) -> bool:
    """Tell whether a delivery waits; a look that keeps no writer waiting."""
    is_due = (col(Delivery.state) == "outside") & (col(Delivery.retry_at) <= now)
    return (
        session.exec(select(Delivery.seq).where((col(Delivery.state) == "received") | is_due).limit(1)).first()
        is not None
    )


def requeue_due(session: Session, now: datetime) -> None:
    """Look again at what was ahead of its time, and is no longer."""
    requeue(session, col(Delivery.state) == "outside", col(Delivery.retry_at) <= now)
