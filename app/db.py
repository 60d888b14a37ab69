"""Engines, the unit of work, and news that goes out after a commit."""

import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine

from app.errors import Unavailable
from app.events import Event
from app.prepared import CONNECTION

Listener = Callable[[Event], None]

_NEWS = "news"
HINT = "assembly_week"
CONNECT_SECONDS = 5

# What is acknowledged is on disk, also where somebody told the server otherwise.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
_ALONE = 20_220_912  # any number, the same for every process of this program

logger = logging.getLogger(__name__)


class Database:
    """One database, SQLite or PostgreSQL, with the two ways in: `unit_of_work` writes, `reading` reads.

    On SQLite there is exactly one writing connection, so its pool is the queue of writers inside this process, and
    BEGIN IMMEDIATE is the queue among processes. Only a server checkpoints the WAL (`checkpoints`): up to SQLite
    3.51.2 two processes that write and checkpoint at once can damage the file.
    """

    def __init__(self, url: str, *, checkpoints: bool = False) -> None:
        self.url = url
        self.on_sqlite = url.startswith("sqlite")
        self._listeners: list[Listener] = []
        self._watch_lock = threading.Lock()
        if self.on_sqlite:
            _make_file(url)
            self.writer = _sqlite_engine(url, size=1, begin="BEGIN IMMEDIATE", checkpoints=checkpoints)
            self.reader = _sqlite_engine(url, size=8, begin="BEGIN", query_only=True)
        else:
            self.writer = _postgresql_engine(url)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, then its news is published; rolled back if it raises.

        Raises Unavailable when the database cannot take the transaction; then nothing was changed.
        """
        with translated(), Session(self.writer, expire_on_commit=False) as session:
            session.info[CONNECTION] = session.connection()
            yield session
            news = session.info.pop(_NEWS, [])
            if news and not self.on_sqlite:
                session.connection().exec_driver_sql(f"NOTIFY {HINT}")
            session.commit()
        for item in news:
            self._publish(item)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One unchanging view of what is committed, however many queries look at it; waits for no writer."""
        with translated(), Session(self.reader, expire_on_commit=False) as session:
            yield session

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each event after the commit it belongs to, in the committing thread; returns its end."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def change_mark(self) -> int | None:
        """A number that moves when another connection commits (SQLite); None where there is no such number."""
        if not self.on_sqlite:
            return None
        with self._watch_lock, translated():
            if not hasattr(self, "_watch"):
                self._watch = self.reader.raw_connection()
            cursor = self._watch.cursor()
            try:
                return int(cursor.execute("PRAGMA data_version").fetchone()[0])
            finally:
                cursor.close()

    async def hints(self) -> AsyncIterator[None]:
        """A hint per commit of any process (PostgreSQL), and one at the start; ends or raises with its connection.

        NOTIFY says nothing but "look again": it may be lost or late, so nothing may depend on it.
        """
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {HINT}")
            yield
            async for _notification in connection.notifies():
                yield

    def dispose(self) -> None:
        """Close every connection."""
        with self._watch_lock:  # a look may be under way in another thread
            if hasattr(self, "_watch"):
                self._watch.close()
                del self._watch
        self.reader.dispose()
        self.writer.dispose()

    def _publish(self, item: Event) -> None:
        for listener in list(self._listeners):
            try:
                listener(item)
            except Exception:  # the change is committed: whoever made it must not hear that it failed
                logger.exception("a listener failed to take %s", item)


def announce(session: Session, item: Event) -> None:
    """Queue news that goes out only if and after this session's transaction commits."""
    session.info.setdefault(_NEWS, []).append(item)


def alone(session: Session) -> None:
    """Wait for everybody else who called this, until the transaction ends; SQLite has one writer anyway.

    For what row locks cannot settle: which rules are active, whether a name is taken, several weeks at once. To be
    called before a week is locked, or two could wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ALONE)))


@contextmanager
def translated() -> Iterator[None]:
    """Turn a database that is away, full or locked into Unavailable; other database errors stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database is busy. Nothing was changed; try again in a moment.") from error
    except (DBAPIError, sqlite3.Error) as error:
        if not _is_outage(error):
            raise
        raise Unavailable("The database cannot be written or reached. Nothing was changed; try again.") from error


def _is_outage(error: DBAPIError | sqlite3.Error) -> bool:
    """Whether the database failed, not a statement of ours; BEGIN on SQLite fails without SQLAlchemy's wrapping."""
    cause = error if isinstance(error, sqlite3.Error) else error.orig
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # a statement of ours that SQLite cannot make sense of
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or type(error).__name__ in {"OperationalError", "InternalError"}


def _make_file(url: str) -> None:
    """Make the file for its owner's eyes alone: it holds e-mails. SQLite gives what lies beside it the same mode."""
    path = make_url(url).database
    if path and not Path(path).exists():
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(path).touch(mode=0o600)


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(_DURABLE)
        connection.commit()

    return engine


def _sqlite_engine(url: str, *, size: int, begin: str, checkpoints: bool = False, query_only: bool = False) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 5.0},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {1000 if checkpoints else 0}")
        cursor.execute(f"PRAGMA query_only = {int(query_only)}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.connection.driver_connection.execute(begin)

    return engine
