"""Deliveries: stored whole before they are answered, listed, looked at again."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.db.statements import Prepared, Statements
from app.domain.actor import Act
from app.domain.intake.reports import Parsed
from app.errors import NotFound
from app.events import DeliveryStored
from app.models import Connection, Delivery
from app.models.columns import is_id, new_id
from app.services.intake import connections

STATES = ("received", "recorded", "repeated", "ignored", "unmatched", "outside", "quarantined")
RETRIED = ("outside", "received")
"""States in which a delivery may have a time at which to look at it again."""
KEPT_HEADERS = (b"x-", b"canny-", b"linear-", b"webhook-")
"""The beginnings of headers that sources read; cookies and the like are not kept."""


LONGEST_EVENT_ID = 200


Headers = Sequence[tuple[bytes, bytes]]
Parse = Callable[[str, Headers, bytes], Parsed]
"""Reads a delivery of a kind. Raises DeliveryUnreadable."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery that came, with a valid signature; `event_id` is its tool's id of it.

    `sent_at` is when it was signed, where its tool says so. `ends` are the secret (sealed) and the key (SHA-256) of its
    connection that are over, because it proves that those which replaced them are in use.
    """

    connection_id: str
    headers: Headers
    body: bytes
    received_at: datetime
    event_id: str | None
    sent_at: datetime | None = None
    ends: tuple[str, ...] = ()
    why_ignored: str = ""

    def ignored(self, why: str) -> Self:
        """The same, to be listed as ignored at once: nothing of what it says is kept."""
        return replace(self, why_ignored=why, headers=(), body=b"")

    @property
    def key(self) -> tuple[str, str]:
        """The key by which a copy is known; without an id at the tool there are no copies."""
        return self.connection_id, (self.event_id or "")[:LONGEST_EVENT_ID]

    def row(self) -> dict[str, Any]:
        """The delivery as a new row."""
        return {
            "id": new_id(), "connection_id": self.connection_id, "event_id": self.key[1] or None,
            "received_at": self.received_at, "sent_at": self.sent_at, "attempts": 0,
            "state": "ignored" if self.why_ignored else "received", "reason": self.why_ignored or None,
            "headers": kept_headers(self.headers), "body": None if self.why_ignored else self.body,
            "reading": json.dumps({"ignored": self.why_ignored, "reports": []}) if self.why_ignored else None,
        }  # fmt: skip


_COLUMNS = (
    "id", "connection_id", "event_id", "received_at", "sent_at", "state", "reason", "attempts", "headers", "body",
    "reading",
)  # fmt: skip
_INSERT = {
    name: Prepared(
        dialect.insert(Delivery)
        .values({column: bindparam(column) for column in _COLUMNS})
        .on_conflict_do_nothing(index_elements=["connection_id", "event_id"])
    )
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}


_FIRST = Prepared(
    select(Delivery.id).where(
        col(Delivery.connection_id) == bindparam("connection"), col(Delivery.event_id) == bindparam("event")
    )
)


class _Stored(NamedTuple):
    id: str
    is_new: bool


class DeliveryView(NamedTuple):
    """A delivery and the connection it came over."""

    delivery: Delivery
    connection: Connection


def store(session: Session, incoming: Incoming) -> str:
    """Keep a delivery whose signature is valid; its id, or that of the first one if it is a copy."""
    stored = _insert(session, incoming)
    if stored.is_new:
        announce(session, DeliveryStored())
    see_newest(session, [incoming])
    return stored.id


def store_all(statements: Statements, several: Sequence[Incoming]) -> list[str]:
    """Keep deliveries like `store`, as they were given; `see_newest` is to follow.

    In one order, or two servers that store the same copies could wait for each other.
    """
    stored = {
        place: _insert(statements, several[place])
        for place in sorted(range(len(several)), key=lambda place: several[place].key)
    }
    if any(each.is_new for each in stored.values()):
        statements.news.append(DeliveryStored())
    return [stored[place].id for place in range(len(several))]


def _insert(session: Session | Statements, incoming: Incoming) -> _Stored:
    row = incoming.row()
    name = (session.connection if isinstance(session, Statements) else session.get_bind()).dialect.name
    if _INSERT[name].run(session, [row]):
        return _Stored(row["id"], is_new=True)
    connection_id, event_id = incoming.key
    return _Stored(_FIRST.rows(session, connection=connection_id, event=event_id)[0][0], is_new=False)


def see_newest(session: Session, several: Sequence[Incoming]) -> None:
    """End what was replaced at the connections whose newest secret or key these deliveries prove to be in use."""
    over: dict[str, set[str]] = {}
    for incoming in several:
        if incoming.ends:
            over.setdefault(incoming.connection_id, set()).update(incoming.ends)
    for connection_id in sorted(over):
        locked = session.get_one(Connection, connection_id, populate_existing=True, with_for_update=True)
        connections.see_newest(session, locked, over[connection_id])


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
        raise NotFound("There’s no delivery with that id.")
    return DeliveryView(*found)


def replay(session: Session, delivery_id: str, act: Act) -> DeliveryView:
    """Look at a delivery again soon; a recorded one stays so. Raises NotFound."""
    serialize(session)  # it may be recorded meanwhile
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
    looks = (select(Delivery.seq).where(each).limit(1) for each in (waits(), _is_due(now)))  # each has its index
    return any(session.exec(look).first() is not None for look in looks)


def waits() -> ColumnElement[bool]:
    """The condition that a delivery waits to be processed, and not to be confirmed first."""
    return (col(Delivery.state) == "received") & col(Delivery.retry_at).is_(None)


def requeue_due(session: Session, now: datetime) -> None:
    """Look again at what was ahead of its time, and is no longer, and at what nobody confirmed."""
    requeue(session, _is_due(now))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return col(Delivery.state).in_(RETRIED) & (col(Delivery.retry_at) <= now)
