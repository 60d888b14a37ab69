"""Service accounts: bots and integrations of a connection, never people; what they do is ignored and moves no clock."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.intake.reports import Author
from app.errors import Conflict, Malformed, NotFound
from app.models import Connection, Delivery, ServiceAccount
from app.services.audit import audit
from app.services.intake import author_ids, connections, deliveries
from app.services.ledger import timings
from app.services.ledger.drafts import code_flaw

IGNORED = "A bot or service account of this connection did it."
MOST = 1_000
"""Accounts of one connection."""

_UNMATCHED = col(Delivery.state) == "unmatched"
_IGNORED = (col(Delivery.state) == "ignored") & (col(Delivery.reason) == IGNORED)


class Change(NamedTuple):
    """The account, whether it was so before, and the number of deliveries that are looked at again."""

    account: ServiceAccount
    was_so: bool
    waiting: int


def ids_of(session: Session, connection_id: str) -> frozenset[str]:
    """The ids, or e-mails where a tool sends no ids, of a connection's bots and service accounts."""
    query = select(ServiceAccount.external_id).where(ServiceAccount.connection_id == connection_id)
    return frozenset(session.exec(query))


def is_one(accounts: Collection[str], author: Author | None) -> bool:
    """Tell whether an author is among such accounts, by any of their ids or their e-mail."""
    return author is not None and any(each in accounts for each in author_ids.of(author))


def every(session: Session, connection_id: str) -> list[ServiceAccount]:
    """The service accounts of a connection, by id."""
    query = select(ServiceAccount).where(ServiceAccount.connection_id == connection_id)
    return list(session.exec(query.order_by(col(ServiceAccount.external_id))))


def add(session: Session, name: str, external_id: str, act: Act) -> Change:
    """Say that an account of a connection is a bot or service account; what waits for its name is settled.

    Raises NotFound for the connection, Malformed for an unfit id, or Conflict where there are too many.
    """
    return add_to(session, connections.find(session, name), external_id, act)


def add_to(session: Session, connection: Connection, external_id: str, act: Act) -> Change:
    """Do the same for a connection at hand, be it in use or not. Raises Malformed or Conflict."""
    external_id = author_ids.tidy(external_id, connection.source)
    if flaw := code_flaw(external_id):
        raise Malformed.at(external_id=f"The account’s id {flaw}.")
    serialize(session)
    if (known := session.get(ServiceAccount, (connection.id, external_id))) is not None:
        return Change(known, True, 0)
    if len(ids_of(session, connection.id)) >= MOST:
        raise Conflict(f"“{connection.name}” has {MOST:,} service accounts, the most there can be. Remove one first.")
    account = ServiceAccount(
        connection_id=connection.id, external_id=external_id, created_at=act.now, created_by=act.actor.name
    )
    session.add(account)
    session.flush()
    details = {"external_id": external_id}
    audit.note(session, "service-account.added", connections.audit_target(connection), act, after=details)
    return Change(account, False, _look_again(session, connection, external_id, act, _UNMATCHED))


def remove(session: Session, name: str, external_id: str, act: Act) -> Change:
    """Take an account off a connection's list; what was ignored for it is looked at again. Raises NotFound."""
    connection = connections.find(session, name)
    external_id = author_ids.tidy(external_id, connection.source)
    serialize(session)
    account = session.get(ServiceAccount, (connection.id, external_id)) if not code_flaw(external_id) else None
    if account is None:
        raise NotFound(f"“{external_id[:80]}” isn’t among the service accounts of “{connection.name}”.")
    session.delete(account)
    session.flush()
    details = {"external_id": external_id}
    audit.note(session, "service-account.removed", connections.audit_target(connection), act, before=details)
    return Change(account, False, _look_again(session, connection, external_id, act, _IGNORED))


def _look_again(
    session: Session, connection: Connection, external_id: str, act: Act, *conditions: ColumnElement[bool]
) -> int:
    timings.plan_catch_up(session, act)
    return deliveries.requeue(session, *conditions, deliveries.naming([connection.id], external_id))
