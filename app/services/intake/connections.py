"""Connections: made with a secret that is shown once, rotated with an overlap, disconnected for good."""

import re
import secrets as random
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.intake.kinds import KINDS
from app.errors import Conflict, Malformed, NotFound
from app.models import Connection
from app.services.access import credentials
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.operations.secrets import SigningKey

OVERLAP = timedelta(hours=24)
"""The time for which the secret before the newest is valid, unless the new one is seen sooner."""
PURPOSE = "connection"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SECRET = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,498}[\x21-\x7e])?")


class NewConnection(NamedTuple):
    """A connection with its secret and the key in its address, both of which are kept nowhere in plain text."""

    connection: Connection
    secret: str
    key: str


class Recipient(NamedTuple):
    """The connection that a delivery is for: `secrets` are the valid ones, the newest first."""

    name: str
    kind: str
    key_sha256: str | None
    secrets: list[str]


def address(base: str, new: NewConnection) -> str:
    """The address that a tool sends to, on a server whose addresses begin with `base`."""
    return f"{base.rstrip('/')}/hooks/{new.connection.name}" + (f"/{new.key}" if new.key else "")


def connect(
    session: Session, key: SigningKey, kind: str, act: Act, *, name: str = "", account: str = "", secret: str = ""
) -> NewConnection:
    """Connect a tool; without a secret of its own it gets a new one. Raises Malformed, or Conflict for a taken name."""
    found = KINDS.get(kind)
    if found is None:
        raise Malformed(f"“{kind[:40]}” isn’t a kind of source. Choose one of {', '.join(KINDS)}.")
    name = name or kind
    if not _NAME.fullmatch(name):
        raise Malformed("A connection’s name has up to 40 small letters, digits and hyphens, such as zendesk-eu.")
    if account and not _ACCOUNT.fullmatch(account):
        raise Malformed("An account has up to 64 small letters, digits, dots, hyphens and underscores.")
    secret = _checked(secret) if secret else new_secret()
    url_key = random.token_urlsafe(24) if found.has_key else ""
    serialize(session)
    if _by_name(session, name) is not None:
        raise Conflict(f"There is a connection “{name}” already. Choose another name with --name.")
    connection = Connection(
        name=name, kind=kind, account=account, secret=key.seal(PURPOSE, secret, act.now),
        key_sha256=credentials.digest(url_key) if url_key else None, created_at=act.now, created_by=act.actor.name,
    )  # fmt: skip
    session.add(connection)
    session.flush()
    audit.note(session, "connection.made", audit_target(connection), act, after={"kind": kind, "account": account})
    return NewConnection(connection, secret, url_key)


def new_secret() -> str:
    """A secret in the form of Standard Webhooks, which every tool takes as text: 192 random bits."""
    return f"whsec_{random.token_hex(24)}"


def _checked(secret: str) -> str:
    if not _SECRET.fullmatch(secret):
        raise Malformed("A secret has 1 to 500 printable ASCII characters, without blanks around it.")
    return secret


def rotate(
    session: Session, key: SigningKey, name: str, act: Act, *, secret: str = "", at_once: bool = False
) -> NewConnection:
    """Give a connection another secret; the old one is valid until the new one is seen, for a day at most.

    With `at_once` it ends now, for one that leaked. Raises NotFound or Malformed.
    """
    connection = _lock(session, name)
    secret = _checked(secret) if secret else new_secret()
    connection.previous_secret = None if at_once else connection.secret
    connection.previous_until = None if at_once else act.now + OVERLAP
    connection.secret = key.seal(PURPOSE, secret, act.now)
    session.add(connection)
    session.flush()
    audit.note(session, "connection.rotated", audit_target(connection), act, after={"at_once": at_once})
    return NewConnection(connection, secret, "")


def disconnect(session: Session, name: str, act: Act) -> Connection:
    """End a connection: its address is gone, what it delivered stays. Raises NotFound."""
    connection = _lock(session, name)
    connection.disconnected_at = act.now
    connection.previous_secret = connection.previous_until = None
    session.add(connection)
    session.flush()
    audit.note(session, "connection.ended", audit_target(connection), act)
    return connection


def every(session: Session) -> list[Connection]:
    """The connections in use, by name."""
    query = select(Connection).where(col(Connection.disconnected_at).is_(None)).order_by(Connection.name)
    return list(session.exec(query))


def find(session: Session, name: str) -> Connection:
    """The connection of this name. Raises NotFound."""
    connection = _by_name(session, name)
    if connection is None:
        raise NotFound("There is no connection of that name. `assembly-week source list` shows those there are.")
    return connection


def _lock(session: Session, name: str) -> Connection:
    """The connection of this name, locked; deliveries may refer to it meanwhile. Raises NotFound."""
    connection = find(session, name)
    session.refresh(connection, with_for_update={"key_share": True})
    return connection


def _by_name(session: Session, name: str) -> Connection | None:
    if not _NAME.fullmatch(name):
        return None
    return session.exec(
        select(Connection).where(Connection.name == name, col(Connection.disconnected_at).is_(None))
    ).first()


def recipient(session: Session, key: SigningKey, name: str, now: datetime) -> Recipient:
    """The connection of this name, with its secrets. Raises NotFound.

    There are no secrets where the installation's key is another one than when they were made.
    """
    found = _by_name(session, name)
    if found is None:
        raise NotFound("There is no connection at this address.")
    sealed = [found.secret]
    if found.previous_secret and found.previous_until and now < found.previous_until:
        sealed.append(found.previous_secret)
    secrets = [secret for each in sealed if (secret := key.unseal(PURPOSE, each)) is not None]
    return Recipient(found.name, found.kind, found.key_sha256, secrets)


def audit_target(connection: Connection) -> AuditTarget:
    """The connection as the audit names it."""
    return AuditTarget("connection", connection.id, connection.name)
