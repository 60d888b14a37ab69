"""Recipients of deliveries: the connections with their valid secrets, asked of the database once a second at most."""

import time
from typing import NamedTuple

from app.clock import Clock
from app.db.database import Database
from app.events import ConnectionsChanged, Event
from app.services.intake import connections
from app.services.intake.connections import Recipient
from app.services.operations.secrets import SigningKey

TRUST_SECONDS = 1.0
"""The time after which a change by another process, such as a command's, takes hold; one of ours does at once."""
MAX_ENTRIES = 1_000


class _Entry(NamedTuple):
    """A recipient, and when the database was asked (monotonic)."""

    recipient: Recipient
    asked_at: float


class Recipients:
    """A cache of connections by name: tools send in bursts, and opening their secrets costs as much as storing."""

    def __init__(self, database: Database, key: SigningKey, clock: Clock) -> None:
        self._database, self._key, self._clock = database, key, clock
        self._entries: dict[str, _Entry] = {}
        self._changed_at = 0.0
        database.subscribe(self._hear)

    def _hear(self, news: Event) -> None:
        """Trust nothing that was asked before a change; called from any thread."""
        if isinstance(news, ConnectionsChanged):
            self._changed_at = time.monotonic()

    async def find(self, name: str) -> Recipient:
        """The connection of this name. Raises NotFound or Unavailable."""
        now = time.monotonic()
        entry = self._entries.get(name)
        if entry is not None and now - entry.asked_at < TRUST_SECONDS and entry.asked_at > self._changed_at:
            return entry.recipient
        self._entries.pop(name, None)
        recipient = await self._database.reads.run(self._read, name)
        if len(self._entries) < MAX_ENTRIES:
            self._entries[name] = _Entry(recipient, now)
        return recipient

    def _read(self, name: str) -> Recipient:
        with self._database.reading() as session:
            return connections.recipient(session, self._key, name, self._clock.real())
