"""The engines beneath `Database`: how each database is connected to, and how long it is waited for."""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.pool import QueuePool
from sqlmodel import create_engine

from app import bulkheads
from app.db.outages import CONNECT_SECONDS, SILENT, Silent, check_writable, write_trouble
from app.errors import Unavailable

LEAST_CONNECT_SECONDS = 2  # the driver takes less for this
DEAD_PEER = {
    "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 5_000,
}  # fmt: skip
"""A machine that is gone says nothing: the system asks after 5 s of silence and gives up 6 s later."""

# What is acknowledged is on disk, also where somebody told the server otherwise.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
_LIMITED = """
SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),
       set_config('idle_in_transaction_session_timeout', %s, false)
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """A server's time-outs for its database, in seconds. Commands wait as long as it takes.

    `request` is all that one request or one small change has: to wait for a thread, a connection and a lock, and to
    be answered. `long` is the longest silence of the database in work that takes long by its nature. `lock` is the
    longest wait for one lock on PostgreSQL.
    """

    request: float = 5.0
    long: float = 30.0
    lock: float = 4.0


class _Connection(psycopg.Connection[Any]):
    """A connection that waits for the server no longer than the thread's permit lasts.

    Then the statement is cancelled; a server that does not even answer to that has stopped, and its own time-outs with
    it, so the connection is closed. Builds on psycopg's inner protocol of generators (`wait`, which yields what to
    wait for and takes 0 where nothing came): tests/web/test_silence.py fails where an upgrade changes it.
    """

    def wait(self, gen: Generator[Any, Any, T], *given: Any, **options: Any) -> T:
        """Wait for what the server answers. Raises QueryCanceled, or Silent."""
        permit = bulkheads.permit_for("writing", "reading")
        return super().wait(gen if permit is None else self._limited(gen, permit), *given, **options)

    def _limited(self, gen: Generator[Any, Any, T], permit: bulkheads.Permit) -> Generator[Any, Any, T]:
        """Pass on what the driver says; ten times a second it says that nothing has come (0)."""
        begun, gives_up_at = time.monotonic(), math.inf
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready:
                    now = time.monotonic()
                    if gives_up_at == math.inf and now >= permit.ends(begun):
                        gives_up_at = now + bulkheads.LEAST_SECONDS if self._is_cancelled() else now
                    if now >= gives_up_at:
                        self.close()
                        raise Silent(SILENT)
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result

    def _is_cancelled(self) -> bool:
        """Ask the server, over a connection of its own, to cancel the statement; whether it has heard that."""
        if not psycopg.capabilities.has_cancel_safe():
            return False
        try:
            self.cancel_safe(timeout=bulkheads.LEAST_SECONDS)
        except psycopg.Error:
            return False
        return True


def postgresql_engine(url: URL, *, most: int, limits: Limits | None) -> Engine:
    """Make an engine of at most so many connections; without limits a statement may take as long as it takes."""
    patience = (limits or Limits()).request
    engine = create_engine(
        url,
        hide_parameters=True,  # a failing statement is logged, and what it was to write is nobody's business
        pool_size=most // 2,
        max_overflow=most - most // 2,
        pool_timeout=patience,
        pool_pre_ping=True,
        connect_args=DEAD_PEER,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, given: list[Any], options: dict[str, Any]) -> Any:
        return _Connection.connect(*given, **{"connect_timeout": _connect_seconds(patience), **options})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(_DURABLE)
        if limits is not None:
            connection.execute(
                _LIMITED, [_milliseconds(each) for each in (limits.request, limits.lock, 2 * limits.long)]
            )
        connection.commit()

    return engine


def _connect_seconds(patience: float) -> int:
    """The time-out for connecting, in seconds. Raises Silent where not even the least is left."""
    permit = bulkheads.permit_for("writing", "reading")
    left = CONNECT_SECONDS if permit is None else min(CONNECT_SECONDS, permit.remaining())
    if left < min(LEAST_CONNECT_SECONDS - bulkheads.LEAST_SECONDS, patience / 2):
        raise Silent(SILENT)
    return max(LEAST_CONNECT_SECONDS, math.floor(left))


def _milliseconds(seconds: float) -> str:
    return str(round(1_000 * seconds))


def sqlite_engine(
    url: URL, *, size: int, patience: float, checkpoints: bool = False, query_only: bool = False
) -> Engine:
    """Make an engine of so many connections that wait `patience` seconds for a lock, and less where less is left."""
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": patience},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        record.info.update(patience=patience, most_patience=patience)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL would sync the WAL at checkpoints only: a 2xx could be lost with the power, though not by kill -9, so
        # that no test which kills shows the difference. tests/test_durability.py counts the fdatasync calls instead.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # some builds leave deleted text in the file: customers' words, too
        cursor.execute("PRAGMA trusted_schema = OFF")  # whoever could write the file must not run functions through it
        # KiB (negative; positive would be pages) for each connection, so 64 MiB times the size of the pool at most. It
        # is filled by pages that were read, and a ledger that is smaller never takes it.
        cursor.execute("PRAGMA cache_size = -65536")
        # Pages, SQLite's own default: 4 MB of WAL. 0 never checkpoints: that is the server's alone (see Database).
        cursor.execute(f"PRAGMA wal_autocheckpoint = {1000 if checkpoints else 0}")
        cursor.execute(f"PRAGMA query_only = {int(query_only)}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        _driver(connection).execute("BEGIN") if query_only else begin_writing(connection)

    return engine


def begin_writing(connection: Connection) -> None:
    """Begin a transaction on SQLite, the driver's alone where SQLAlchemy has not begun one of its own.

    It waits for the lock as long as the permit lasts, to a quarter of a second: mostly that is what it was before.
    """
    permit, info, driver = bulkheads.permit_for("writing"), connection.info, _driver(connection)
    most: float = info["most_patience"]
    seconds = most if permit is None else min(most, math.ceil(4 * permit.remaining()) / 4)
    if info["patience"] != seconds:
        driver.execute(f"PRAGMA busy_timeout = {_milliseconds(seconds)}")
        info["patience"] = seconds
    driver.execute("BEGIN IMMEDIATE")


def end_writing(connection: Connection) -> None:
    """Commit what `begin_writing` has begun."""
    _driver(connection).execute("COMMIT")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def make_file(url: URL) -> None:
    """Make the file for its owner's eyes alone: it holds e-mails. SQLite gives what lies beside it the same mode.

    Raises Unavailable where it can't be made or written.
    """
    file = Path(url.database or "")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_writable(file)
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise Unavailable(write_trouble(error, file.parent) or f"{file.parent} can’t be used: {error}.") from error
