"""Databases that are kept from test to test, so that what was compiled for them is compiled once."""

from collections import defaultdict
from collections.abc import Callable
from typing import ClassVar

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.pool import QueuePool

from app.db.database import Database, Listener
from app.db.engine import Limits

KEPT = 2


class KeptDatabase(Database):
    """One of ours that can be rid of the listeners of the test before."""

    def __init__(self, url: str, *, checkpoints: bool = False) -> None:
        super().__init__(url, checkpoints=checkpoints)
        self._stops: list[Callable[[], None]] = []

    def rest(self) -> None:
        """Let the next test begin as on new connections, which take PostgreSQL 10 ms: two that were given back stay."""
        pool = self.writer.pool
        if self.on_sqlite or not isinstance(pool, QueuePool) or pool.checkedout() or pool.checkedin() > KEPT:
            self.dispose()
            return
        for bulkhead in (self.reads, self.checks, self.renders, self.writes):
            bulkhead.drain()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Subscribe a listener, until it or everybody is unsubscribed."""
        stop = super().subscribe(listener)
        self._stops.append(stop)
        return stop

    def unsubscribe_everybody(self) -> None:
        """Let no listener hear anything any more."""
        while self._stops:
            self._stops.pop()()


class ServedDatabase(Database):
    """A server's database, on the engines of a server before it that has ended: they know the statements by then."""

    _free: ClassVar[dict[tuple[URL, bool, Limits | None], list[tuple[Engine, Engine]]]] = defaultdict(list)

    def __init__(self, url: URL | str, *, checkpoints: bool = False, limits: Limits | None = None) -> None:
        super().__init__(url, checkpoints=checkpoints, limits=limits)
        self._kind = (make_url(url), checkpoints, limits)
        self._is_free = False
        if self._free[self._kind]:
            self.writer, self.reader = self._free[self._kind].pop()
            for engine in (self.writer, self.reader):
                engine.dispose()  # what a straggler of that server took out goes back to a pool that nobody asks

    def dispose(self) -> None:
        """Close every connection, and leave the engines to the next server."""
        super().dispose()
        if not self._is_free:
            self._is_free = True
            self._free[self._kind].append((self.writer, self.reader))
