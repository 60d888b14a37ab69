"""Engines, the unit of work, and news that goes out after a commit."""

import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app import metrics
from app.bulkheads import Bulkhead, Permit, is_request, permit_for
from app.db.engine import DEAD_PEER, Limits, begin_writing, end_writing, make_file, postgresql_engine, sqlite_engine
from app.db.outages import (
    BUSY,
    CONNECT_SECONDS,
    UNCONFIRMED,
    Silence,
    is_silence,
    translated,
)  # fmt: skip
from app.db.statements import CONNECTION, Statements
from app.errors import Busy, Unavailable
from app.events import Event

Listener = Callable[[Event], None]

_NEWS, _LAST = "news", "last"
HINT = "assembly_week"
SPARE = 2
"""Connections for those beside these threads: the write queue, and SQLite's look for others' commits."""

_ALONE = 20_220_912  # key of the advisory lock: any number, the same in every process and version of this program

logger = logging.getLogger(__name__)


class Database:
    """One database, SQLite or PostgreSQL, with the two ways in: `unit_of_work` writes, `reading` reads.

    A server, which has `limits`, takes both ways in threads of their own alone: `writes.run` and `reads.run`. Who is
    asking (`checks.run`) and what streams send (`renders.run`) neither wait for readers of pages nor keep them waiting.
    On SQLite there is exactly one writing connection, so whose turn it is makes the queue of writers inside this
    process, and BEGIN IMMEDIATE is the queue among processes. Only a server checkpoints the WAL (`checkpoints`): up to
    SQLite 3.51.2 two processes that write and checkpoint at once can damage the file.
    """

    def __init__(self, url: URL | str, *, checkpoints: bool = False, limits: Limits | None = None) -> None:
        self.url = url = make_url(url)
        self.on_sqlite = url.drivername == "sqlite"
        self.limits = limits
        known = limits or Limits()
        self._patience = known.request
        self._listeners: list[Listener] = []
        self._watch_lock, self._turn = threading.Lock(), threading.Lock()
        self._silence = Silence()
        self._kept: Connection | None = None
        readers, writers = (8, 4) if self.on_sqlite else (12, 6)
        self.reads = Bulkhead("reading", threads=readers, seconds=known.request, long_seconds=known.long, sentence=BUSY)
        self.checks = Bulkhead("reading", threads=2, seconds=known.request, sentence=BUSY)
        self.renders = Bulkhead("reading", threads=4, seconds=known.request, sentence=BUSY)
        self.writes = Bulkhead(
            "writing", threads=writers, seconds=known.request, long_seconds=known.long, sentence=BUSY
        )
        connections = readers + self.checks.threads + self.renders.threads + SPARE
        if self.on_sqlite:
            make_file(url)
            self.writer = sqlite_engine(url, size=1, patience=self._patience, checkpoints=checkpoints)
            self.reader = sqlite_engine(url, size=connections, patience=self._patience, query_only=True)
        else:
            self.writer = postgresql_engine(url, most=connections + writers, limits=limits)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, then its news is published; rolled back if it raises.

        Raises Unavailable when the database cannot take the transaction; then nothing was changed, unless it says so.
        """
        permit = permit_for("writing")
        with (
            self._translated(),
            self._my_turn(permit),
            self._writing() as connection,
            _session(connection) as session,
        ):
            # The transaction is the connection's: the session's own book about it costs as much as a small transaction.
            connection.begin()
            self._silence.is_over()
            self._allow_time(session, permit)
            yield session
            for _, work in sorted(session.info.pop(_LAST, {}).items()):
                work(session)
            news = session.info.pop(_NEWS, [])
            session.flush()
            self._commit(connection, news)
        metrics.committed(session)
        self._publish(news)

    @contextmanager
    def statements(self) -> Iterator[Statements]:
        """A unit of work of prepared statements alone: without a session, which costs as much as they do."""
        permit = permit_for("writing")
        with self._translated(), self._my_turn(permit), self._writing() as connection:
            begin_writing(connection) if self.on_sqlite else connection.begin()
            self._silence.is_over()
            done = Statements(connection)
            yield done
            self._commit(connection, done.news)
        self._publish(done.news)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One unchanging view of what is committed, however many queries look at it; waits for no writer."""
        permit = permit_for("writing", "reading")
        with self._translated(), Session(self.reader, expire_on_commit=False) as session:
            if self._silence.lasts:
                session.connection()
                self._silence.is_over()
            self._allow_time(session, permit)
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn outages into Unavailable; after one in which PostgreSQL said nothing, all but one hear that at once."""
        self._silence.check(is_request=is_request())
        try:
            with translated():
                yield
        except Unavailable as problem:
            metrics.DATABASE_FAILURES.inc()
            if is_silence(problem.__cause__):
                self._silence.begin()
            raise

    @contextmanager
    def _my_turn(self, permit: Permit | None) -> Iterator[None]:
        """Wait for the one writing connection of SQLite. Raises Busy."""
        if not self.on_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._patience if permit is None else permit.remaining()):
            raise Busy(BUSY)
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection to write with, in its turn, for who begins and commits. Raises Busy."""
        with self._my_turn(permit_for("writing")), self._writing() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The connection of whose turn it is; SQLite's is kept, for its pool costs as much as a small transaction.

        After a failure it isn't: closing it rolls back, and the pool finds out if it is still good.
        """
        if not self.on_sqlite:
            with self.writer.connect() as connection:
                yield connection
            return
        kept, self._kept = self._kept, None
        connection = kept or self.writer.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if connection.in_transaction():
            connection.rollback()
        self._kept = connection

    def _allow_time(self, session: Session, permit: Permit | None) -> None:
        """Let statements on PostgreSQL take longer in long work, and as long as they like where nobody waits."""
        if self.limits is None or self.on_sqlite or not (permit is None or permit.long):
            return
        seconds = permit.bulkhead.long_seconds if permit else 0
        session.execute(select(func.set_config("statement_timeout", str(round(1_000 * seconds)), True)))
        if permit:
            permit.has_started = True

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
        _, address = self.writer.dialect.create_connect_args(self.url)
        options: dict[str, Any] = {**address, "connect_timeout": CONNECT_SECONDS, **DEAD_PEER}
        with translated():
            async with await psycopg.AsyncConnection.connect(**options, autocommit=True) as connection:
                await connection.execute(f"LISTEN {HINT}")
                yield
                async for _notification in connection.notifies():
                    yield

    def release(self) -> None:
        """Close the writing connection that is kept: whoever writes next takes one from the pool."""
        with self._turn:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def dispose(self) -> None:
        """Close every connection, after whoever is at work with one."""
        for bulkhead in (self.reads, self.checks, self.renders, self.writes):
            bulkhead.drain()
        with self._watch_lock:  # a look may be under way in another thread
            if hasattr(self, "_watch"):
                self._watch.close()
                del self._watch
        self.release()
        self.reader.dispose()
        self.writer.dispose()

    def _commit(self, connection: Connection, news: Sequence[Event]) -> None:
        """Commit. Raises Unavailable with a sentence of its own where nobody knows whether that has happened.

        PostgreSQL delivers a NOTIFY when its transaction commits, and never before. It takes a lock of the whole
        cluster at that moment, so there is one for each commit and none where there is no news.
        """
        if news and not self.on_sqlite:
            connection.exec_driver_sql(f"NOTIFY {HINT}")
        begun = time.perf_counter()
        try:
            (connection.commit if connection.in_transaction() else partial(end_writing, connection))()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable(UNCONFIRMED) from error
            raise
        metrics.COMMITS.observe(time.perf_counter() - begun)

    def _publish(self, news: Sequence[Event]) -> None:
        for item in news:
            for listener in list(self._listeners):
                try:
                    listener(item)
                except Exception:  # the change is committed: whoever made it must not hear that it failed
                    logger.exception("a listener failed to take %s", item)


@contextmanager
def _session(connection: Connection) -> Iterator[Session]:
    """A session of a connection; closed where it was used, which costs as much as a small transaction."""
    session = Session(connection, expire_on_commit=False, info={CONNECTION: connection})
    try:
        yield session
    finally:
        if session.in_transaction():
            session.close()


def announce(session: Session, item: Event) -> None:
    """Queue news that goes out only if and after this session's transaction commits."""
    session.info.setdefault(_NEWS, []).append(item)


def do_last(session: Session, key: str, work: Callable[[Session], None]) -> None:
    """Have something done at the end of this session's unit of work, once for a key and in the order of keys.

    For rows that many transactions write which are otherwise at work beside each other: whoever locks them last, and in
    one order, waits for nothing while others wait for them.
    """
    session.info.setdefault(_LAST, {})[key] = work


def serialize(session: Session) -> None:
    """Take an advisory lock for the rest of the transaction; SQLite has one writer anyway (ADR 3).

    For what row locks cannot settle: which rules are active, whether a name is taken, several weeks at once. To be
    called before a week is locked, or two could wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ALONE)))
