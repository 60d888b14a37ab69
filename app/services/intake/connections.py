"""Connections: made with a secret that is shown once, rotated with an overlap, disconnected for good."""

import re
import secrets as random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.intake.kinds import KINDS
from app.errors import Conflict, Malformed, NotFound
from app.events import ConnectionsChanged
from app.models import Connection
from app.services import slack_messages
from app.services.access import credentials
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.operations.secrets import SigningKey

OVERLAP = timedelta(hours=24)
"""The time for which secrets before the newest are valid, unless the new one is seen sooner."""
MOST_OLD = 4
"""The number of older secrets, or keys, that are valid beside a new one that was not seen yet."""
PURPOSE, RESERVED_NAME = "connection", "connect"
"""The purpose that secrets are sealed for; and a name whose page would be where the steps of connecting a tool are."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SECRET = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,498}[\x21-\x7e])?")


class NewConnection(NamedTuple):
    """A connection with its new secret and the new key in its address, which are kept nowhere in plain text.

    Either is empty where it has not changed, or where there is none.
    """

    connection: Connection
    secret: str
    key: str


class Recipient(NamedTuple):
    """The connection that a delivery is for: `secrets` and `keys` (SHA-256) are the valid ones, the newest first.

    `replaced_secret` (sealed) and `replaced_key` are what ends as soon as the newest one is seen, as it is kept.
    """

    id: str
    name: str
    kind: str
    keys: list[str]
    secrets: list[str]
    replaced_secret: str | None = None
    replaced_key: str | None = None
    source: str = ""


def address(base: str, new: NewConnection) -> str:
    """The address that a tool sends to, on a server whose addresses begin with `base`."""
    return f"{base.rstrip('/')}/hooks/{new.connection.name}" + (f"/{new.key}" if new.key else "")


def connect(
    session: Session,
    key: SigningKey,
    kind: str,
    act: Act,
    *,
    name: str = "",
    account: str = "",
    secret: str = "",
    awaits_secret: bool = False,
) -> NewConnection:
    """Connect a tool. Raises Malformed, or Conflict for a taken name.

    Without a secret of its own it gets a new one; or none yet with `awaits_secret`, and takes nothing until then.
    """
    found = KINDS.get(kind)
    if found is None:
        raise Malformed(f"“{kind[:40]}” isn’t a kind of source. Choose one of {', '.join(KINDS)}.")
    name, account = check_name(name or kind), check_account(account)
    signs = found.signs_with != "nothing"
    secret = check_secret(secret) if secret else new_secret() if signs and not awaits_secret else ""
    url_key = _new_key() if found.has_key else ""
    serialize(session)
    if _by_name(session, name) is not None:
        taken = f"There is a connection “{name}” already. Choose another name."
        raise Conflict(taken, errors=[{"field": "name", "message": taken}])
    connection = Connection(
        name=name, kind=kind, account=account, secret=key.seal(PURPOSE, secret),
        key_sha256=credentials.digest(url_key) if url_key else None, created_at=act.now, created_by=act.actor.name,
    )  # fmt: skip
    session.add(connection)
    session.flush()
    audit.note(session, "connection.made", audit_target(connection), act, after={"kind": kind, "account": account})
    return NewConnection(connection, secret, url_key)


def _new_key() -> str:
    return random.token_urlsafe(24)


def is_name(text: str) -> bool:
    """Tell whether a text can be a connection's name at all; no database takes some that can't."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str) -> str:
    """A connection's name, for the last part of its address. Raises Malformed."""
    if not is_name(name):
        raise Malformed("A connection’s name has up to 40 small letters, digits and hyphens, such as zendesk-eu.")
    if name == RESERVED_NAME:
        raise Malformed(f"“{RESERVED_NAME}” is the name of a page here. Choose another name.")
    return name


def check_account(account: str) -> str:
    """The name of an account at a tool; empty for the only one. Raises Malformed."""
    if account and not _ACCOUNT.fullmatch(account):
        raise Malformed("An account has up to 64 small letters, digits, dots, hyphens and underscores.")
    return account


def new_secret() -> str:
    """A secret in the form of Standard Webhooks, which every tool takes as text: 192 random bits."""
    return f"whsec_{random.token_hex(24)}"


def check_secret(secret: str) -> str:
    """A tool's secret. Raises Malformed."""
    if not _SECRET.fullmatch(secret):
        raise Malformed("A secret has 1 to 500 printable ASCII characters, without blanks around it.")
    return secret


def has_secret(key: SigningKey, connection: Connection) -> bool:
    """True if a connection has a secret that can be read; one that waits for its tool's own takes nothing yet."""
    return bool(key.unseal(PURPOSE, connection.secret))


def rotate(
    session: Session, key: SigningKey, name: str, act: Act, *, secret: str = "", at_once: bool = False
) -> NewConnection:
    """Give a connection another secret; the old one is valid until the new one is seen, for a day at most.

    So are those from before it while it was not seen itself: which of them the tool has is not known. Where the address
    has a key and no secret is handed over, that key is changed instead. With `at_once` all old ones end now, for one
    that leaked. Raises NotFound or Malformed.
    """
    connection = lock(session, name)
    if not secret and KINDS[connection.kind].has_key:
        made = NewConnection(connection, "", _new_key())
        _change_key(connection, made.key, act.now, at_once=at_once)
    else:
        made = NewConnection(connection, check_secret(secret) if secret else new_secret(), "")
        _change_secret(connection, key, made.secret, act.now, at_once=at_once)
    session.add(connection)
    session.flush()
    audit.note(session, "connection.rotated", audit_target(connection), act, after={"at_once": at_once})
    return made


def _change_key(connection: Connection, url_key: str, now: datetime, *, at_once: bool) -> None:
    older, until = connection.previous_key_sha256, connection.previous_key_until
    kept = _overlap(None if at_once else connection.key_sha256, older, until, now)
    connection.previous_key_sha256, connection.previous_key_until = kept
    connection.key_sha256 = credentials.digest(url_key)


def _change_secret(connection: Connection, key: SigningKey, secret: str, now: datetime, *, at_once: bool) -> None:
    ends = at_once or not has_secret(key, connection)
    older, until = connection.previous_secret, connection.previous_until
    kept = _overlap(None if ends else connection.secret, older, until, now)
    connection.previous_secret, connection.previous_until = kept
    connection.secret = key.seal(PURPOSE, secret)


def _overlap(
    old: str | None, older: str | None, until: datetime | None, now: datetime
) -> tuple[str | None, datetime | None]:
    """Old secrets or keys beside a new one (blanks between), and until when they are valid; nothing without one."""
    if old is None:
        return None, None
    if older is None or until is None or until <= now:
        return old, now + OVERLAP
    return " ".join([old, *older.split()][:MOST_OLD]), until


def revoke_previous(session: Session, name: str, act: Act) -> Connection:
    """End the secret and the key from before a change now, for they leaked. Raises NotFound."""
    connection = lock(session, name)
    if connection.previous_secret is not None or connection.previous_key_sha256 is not None:
        _end_previous(session, connection, secret=True, key=True)
        audit.note(session, "connection.secret-revoked", audit_target(connection), act)
    return connection


def see_newest(session: Session, connection: Connection, replaced: Collection[str]) -> None:
    """End what a newest secret or key replaces, as it was seen: these, and none that was replaced since."""
    secret, key = connection.previous_secret in replaced, connection.previous_key_sha256 in replaced
    if secret or key:
        _end_previous(session, connection, secret=secret, key=key)


def _end_previous(session: Session, connection: Connection, *, secret: bool, key: bool) -> None:
    if secret:
        connection.previous_secret = connection.previous_until = None
    if key:
        connection.previous_key_sha256 = connection.previous_key_until = None
    session.add(connection)
    session.flush()
    announce(session, ConnectionsChanged())


def reverse_gone(session: Session, name: str, act: Act, *, is_on: bool) -> Connection:
    """Choose if what the tool deletes is reversed from now on. Raises NotFound, or Malformed if it never says so."""
    connection = lock(session, name)
    if not KINDS[connection.kind].gone:
        raise Malformed(f"{KINDS[connection.kind].title} doesn’t say what is deleted, so nothing can be reversed.")
    if bool(connection.reverses_gone) != is_on:
        connection.reverses_gone = int(is_on)
        session.add(connection)
        session.flush()
        change = {"reverses_gone": is_on}
        audit.note(session, "connection.gone-changed", audit_target(connection), act, after=change)
    return connection


def disconnect(session: Session, name: str, act: Act) -> Connection:
    """End a connection: its address, API key and tokens are gone, what it delivered stays. Raises NotFound."""
    connection = lock(session, name)
    connection.disconnected_at = act.now
    _end_previous(session, connection, secret=True, key=True)
    slack_messages.forget_connection(session, connection.id)
    audit.note(session, "connection.ended", audit_target(connection), act)
    return connection


def every(session: Session) -> list[Connection]:
    """The connections in use, by name."""
    query = select(Connection).where(col(Connection.disconnected_at).is_(None)).order_by(Connection.name)
    return list(session.exec(query))


def ids_of_source(session: Session, *sources: str) -> list[str]:
    """The ids of the connections that report as one of these sources, past ones too."""
    return [connection.id for connection in session.exec(select(Connection)) if connection.source in sources]


def find(session: Session, name: str) -> Connection:
    """The connection of this name. Raises NotFound."""
    return _known(_by_name(session, name), name)


def lock(session: Session, name: str) -> Connection:
    """The connection of this name, locked; deliveries may refer to it meanwhile. Raises NotFound."""
    connection = _known(_by_name(session, name, locks=True), name)
    announce(session, ConnectionsChanged())
    return connection


def _known(connection: Connection | None, name: str) -> Connection:
    if connection is None:
        raise NotFound(f"There’s no connection “{name[:40]}”.")
    return connection


def _by_name(session: Session, name: str, *, locks: bool = False) -> Connection | None:
    if not is_name(name):
        return None
    query = select(Connection).where(Connection.name == name, col(Connection.disconnected_at).is_(None))
    if locks:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(query).first()


def recipient(session: Session, key: SigningKey, name: str, now: datetime) -> Recipient:
    """The connection of this name, with its secrets. Raises NotFound.

    There are no secrets where the tool's is not handed over yet, or the installation's key is another one by now.
    """
    found = _by_name(session, name)
    if found is None:
        raise NotFound("There’s no connection at this address.")
    old_secret = found.previous_secret if found.previous_until and now < found.previous_until else None
    old_key = found.previous_key_sha256 if found.previous_key_until and now < found.previous_key_until else None
    keys = [each for each in (found.key_sha256, *(old_key or "").split()) if each]
    sealed = (found.secret, *(old_secret or "").split())
    secrets = [secret for each in sealed if (secret := key.unseal(PURPOSE, each))]
    return Recipient(found.id, found.name, found.kind, keys, secrets, old_secret, old_key, found.source)


def audit_target(connection: Connection) -> AuditTarget:
    """The connection as the audit names it."""
    return AuditTarget("connection", connection.id, connection.name)
