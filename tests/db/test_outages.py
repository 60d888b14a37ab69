"""Outages that pass: no disk, no server, no turn; writes are refused in words, reads go on, nobody restarts."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.db.database import Database
from app.db.engine import Limits
from app.errors import Busy, Unavailable
from app.models import LedgerEntry
from tests.builders import Game, an_activity
from tests.postgresql import PostgreSQL

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"])
OWN_POSTGRESQL = pytest.mark.parametrize("engine", ["own_postgresql"])


def keys(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(LedgerEntry.external_id)))


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """The database may not take another page."""
    with database.unit_of_work() as session:
        session.execute(text("PRAGMA max_page_count = 1"))
    yield
    with database.unit_of_work() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))


@contextmanager
def files_that_cannot_grow(_database: Database) -> Iterator[None]:
    """Every write beyond what a file has now fails, as on a disk that is full or gone read-only."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def locked_by_another(database: Database) -> Iterator[None]:
    """Another process is writing and does not come to an end."""
    with database.unit_of_work() as session:
        session.execute(text("PRAGMA busy_timeout = 50"))
    other = Database(database.url)
    with other.unit_of_work():
        yield
    other.dispose()


OUTAGES = {"full disk": full_disk, "files that cannot grow": files_that_cannot_grow, "a lock": locked_by_another}


@SQLITE
@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
def test_unit_of_work_on_sqlite_that_cannot_be_written_is_unavailable(
    game: Game, outage: Callable[[Database], AbstractContextManager[None]]
) -> None:
    game.take(external_id="before")
    board = game.board()

    with outage(game.database):
        with pytest.raises(Unavailable) as refusal:
            game.batch(*(an_activity(note="x" * 2_000) for _ in range(30)))
        seen = game.board()
    game.take(external_id="after")

    assert (refusal.value.status, seen) == (503, board)
    assert keys(game.database) == {"before", "after"}
    assert game.verify() == []


@OWN_POSTGRESQL
def test_unit_of_work_on_postgresql_that_is_away_is_unavailable_until_it_is_back(
    game: Game, own_postgresql: PostgreSQL
) -> None:
    game.take(external_id="before")

    own_postgresql.stop()
    try:
        with pytest.raises(Unavailable) as writing:
            game.take(external_id="during")
        with pytest.raises(Unavailable) as reading:
            game.board()
    finally:
        own_postgresql.start()
    game.take(external_id="after")

    assert (writing.value.status, reading.value.status) == (503, 503)
    assert keys(game.database) == {"before", "after"}
    assert game.verify() == []


@OWN_POSTGRESQL
def test_unit_of_work_in_which_postgresql_crashes_changes_nothing(game: Game, own_postgresql: PostgreSQL) -> None:
    with pytest.raises(Unavailable), game.database.unit_of_work() as session:  # noqa: PT012 (the block is what raises, with what leads to it)
        session.execute(text("UPDATE week SET name = 'Changed'"))
        own_postgresql.stop()
        own_postgresql.start()

    assert game.week().name == "Q3-2022"


@POSTGRESQL
def test_unit_of_work_on_postgresql_that_only_reads_is_unavailable(game: Game) -> None:
    with pytest.raises(Unavailable), game.database.unit_of_work() as session:  # noqa: PT012 (the block is what raises, with what leads to it)
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text("UPDATE week SET name = 'Changed'"))


@SQLITE
def test_unit_of_work_that_queues_too_long_is_busy(game: Game) -> None:
    impatient = Database(game.database.url, limits=Limits(request=0.05))

    with impatient.unit_of_work(), pytest.raises(Busy), impatient.unit_of_work():
        pass
    impatient.dispose()

    assert game.take().repeated is False
