"""Keys of tools' APIs: set for a connection, sealed, and never shown again."""

import re
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.intake.backfills import BACKFILLED, Access, Backfilled, address_flaw, tidy_address
from app.domain.text.public_addresses import PUBLIC, Allowed
from app.errors import Conflict, Malformed
from app.models import ApiKey, Connection
from app.services.audit import audit
from app.services.intake import connections
from app.services.operations.secrets import SigningKey

PURPOSE = "api-key"
MOST_REPOSITORIES = 50

_KEY = re.compile(r"[\x21-\x7e]{8,500}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
NO_KEY = "Set an API key for this connection first, so that the tool can be asked."


def set_key(
    session: Session,
    key: SigningKey,
    name: str,
    act: Act,
    *,
    secret: str,
    address: str = "",
    repositories: str = "",
    allowed: Allowed = PUBLIC,
) -> ApiKey:
    """Set the key of a connection's tool, and where to ask with it. Raises NotFound, Conflict or Malformed.

    Address and key come together: the key that was set for one address is never sent to another one.
    """
    connection = connections.lock(session, name)
    tool = tool_of(connection)
    address, named = tidy_address(address) or tool.address, repositories.replace(",", " ").split()
    flaws = [
        {"field": field, "message": message}
        for field, message in (
            ("key", _key_flaw(secret.strip())),
            ("address", _address_flaw(address, tool, allowed)),
            ("repositories", _repositories_flaw(named, tool)),
        )
        if message
    ]
    if flaws:
        raise Malformed(flaws[0]["message"], errors=flaws)
    made = session.merge(
        ApiKey(
            connection_id=connection.id, sealed=key.seal(PURPOSE, secret.strip()), address=address,
            repositories=" ".join(named), set_at=act.now, set_by=act.actor.name,
        )
    )  # fmt: skip
    session.flush()
    after = {"address": made.address, "repositories": made.repositories}
    audit.note(session, "api-key.set", connections.audit_target(connection), act, after=after)
    return made


def tool_of(connection: Connection) -> Backfilled:
    """The tool of a connection that can be asked. Raises Conflict for another one."""
    tool = BACKFILLED.get(connection.kind)
    if tool is None:
        raise Conflict(f"There are no backfills for {connection.kind}: its webhooks are all it tells.")
    return tool


def _key_flaw(secret: str) -> str:
    return "" if _KEY.fullmatch(secret) else "An API key has 8 to 500 printable ASCII characters, without blanks."


def _address_flaw(address: str, tool: Backfilled, allowed: Allowed) -> str:
    if not address:
        return f"Say where your account is, such as {tool.example}."
    if flaw := address_flaw(address):
        return f"“{address[:80]}” {flaw}. It looks like {tool.example or tool.address}."
    parts = urlsplit(address)
    return allowed.host_flaw(parts.hostname or "", is_plain=parts.scheme == "http")


def _repositories_flaw(repositories: list[str], tool: Backfilled) -> str:
    if not tool.has_repositories:
        return "Only GitHub has repositories." if repositories else ""
    if not 0 < len(repositories) <= MOST_REPOSITORIES:
        return f"Name 1 to {MOST_REPOSITORIES} repositories, such as acme/support."
    wrong = next((each for each in repositories if not _REPOSITORY.fullmatch(each)), None)
    return f"“{wrong[:80]}” isn’t a repository. It looks like acme/support." if wrong else ""


def clear(session: Session, name: str, act: Act) -> None:
    """Forget the key of a connection's tool. Raises NotFound, or Conflict where there is none."""
    connection = connections.lock(session, name)
    kept = find(session, connection.id)
    if kept is None:
        raise Conflict("This connection has no API key.")
    session.delete(kept)
    session.flush()
    audit.note(session, "api-key.cleared", connections.audit_target(connection), act)


def find(session: Session, connection_id: str) -> ApiKey | None:
    """The key that is set for a connection; None without one."""
    return session.get(ApiKey, connection_id)


def with_key(session: Session) -> list[Connection]:
    """The connections in use that have a key, by name."""
    query = select(Connection).join(ApiKey).where(col(Connection.disconnected_at).is_(None))
    return list(session.exec(query.order_by(Connection.name)))


def access(session: Session, key: SigningKey, connection_id: str) -> Access | None:
    """The way into a tool's API; None where no key is set, or where the installation's key is another one now."""
    kept = find(session, connection_id)
    secret = key.unseal(PURPOSE, kept.sealed) if kept else None
    if kept is None or secret is None:
        return None
    return Access(kept.address, secret, tuple(kept.repositories.split()))
