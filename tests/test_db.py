"""The database: units of work, views that do not change, commits that last, and outages that pass."""

import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from app.config import PROJECT, Settings
from app.db import Database, alone, announce
from app.errors import Unavailable
from app.events import Event, RulesChanged
from app.models import LedgerEntry
from tests.builders import CATS, OWLS, Game, an_activity
from tests.postgresql import PostgreSQL

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"])


def ask(session: Session, statement: str) -> object:
    return session.execute(text(statement)).scalar()


def keys(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(LedgerEntry.external_id)))


# ---- Units of work and views ----


def test_unit_of_work_that_ends_is_committed(game: Game, settings: Settings) -> None:
    game.take(external_id="i-1")

    elsewhere = Database(settings.sqlalchemy_url)
    assert keys(elsewhere) == {"i-1"}
    elsewhere.dispose()


def test_unit_of_work_that_fails_is_rolled_back_and_has_no_news(game: Game) -> None:
    heard: list[Event] = []
    game.database.subscribe(heard.append)

    with pytest.raises(ZeroDivisionError), game.database.unit_of_work() as session:  # noqa: PT012
        session.execute(text("UPDATE week SET name = 'Changed'"))
        announce(session, RulesChanged(1))
        raise ZeroDivisionError

    assert (heard, game.week().name) == ([], "Q3-2022")


def test_news_goes_out_in_order_after_the_commit(database: Database) -> None:
    heard: list[Event] = []
    database.subscribe(heard.append)

    with database.unit_of_work() as session:
        announce(session, RulesChanged(1))
        announce(session, RulesChanged(2))
        before = list(heard)

    assert (before, heard) == ([], [RulesChanged(1), RulesChanged(2)])


def test_listener_that_fails_undoes_nothing_and_others_still_hear(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fail(_news: Event) -> None:
        raise ZeroDivisionError

    game.database.subscribe(fail)
    game.database.subscribe(heard.append)

    game.take()

    assert (len(heard), game.points()) == (1, {OWLS: 5, CATS: 0})
    assert [record.message.startswith("a listener failed") for record in caplog.records] == [True]


def test_view_does_not_change_while_it_is_read(game: Game) -> None:
    count = "SELECT count(*) FROM activity"

    with game.database.reading() as session:
        before = ask(session, count)
        game.take()
        after = ask(session, count)

    assert (before, after, len(keys(game.database))) == (0, 0, 1)


def test_view_cannot_write(game: Game) -> None:
    with pytest.raises(Unavailable), game.database.reading() as session:
        session.execute(text("UPDATE week SET name = 'Changed'"))

    assert game.week().name == "Q3-2022"


def test_reader_does_not_wait_for_a_writer(game: Game) -> None:
    with game.database.unit_of_work() as session:
        session.execute(text("UPDATE week SET name = 'Changed'"))

        assert game.week().name == "Q3-2022"


@SQLITE
def test_mark_moves_when_another_process_commits(game: Game, settings: Settings) -> None:
    database = game.database
    elsewhere = Game(Database(settings.sqlalchemy_url))
    before = database.change_mark()
    still = database.change_mark()

    elsewhere.take()

    assert (still == before, database.change_mark() == before) == (True, False)
    elsewhere.database.dispose()


@POSTGRESQL
def test_postgresql_has_no_mark(database: Database) -> None:
    assert database.change_mark() is None


def test_database_can_be_used_again_after_closing_every_connection(game: Game) -> None:
    game.database.change_mark()

    game.database.dispose()

    assert game.points() == {OWLS: 0, CATS: 0}


# ---- Commits that last ----


@SQLITE
def test_sqlite_waits_for_the_disk(database: Database) -> None:
    with database.unit_of_work() as session:
        asked = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout", "query_only", "wal_autocheckpoint")

        assert [ask(session, f"PRAGMA {name}") for name in asked] == [2, "wal", 1, 5000, 0, 1000]


@SQLITE
def test_commands_beside_the_server_leave_checkpoints_to_it(settings: Settings) -> None:
    beside = Database(settings.sqlalchemy_url)

    with beside.unit_of_work() as session:
        writing = ask(session, "PRAGMA wal_autocheckpoint")
    with beside.reading() as session:
        reading = ask(session, "PRAGMA wal_autocheckpoint")

    assert (writing, reading) == (0, 0)
    beside.dispose()


@POSTGRESQL
@pytest.mark.parametrize(("told", "kept"), [("on", "on"), ("off", "on"), ("remote_apply", "remote_apply")])
def test_postgresql_waits_for_the_disk_whatever_it_was_told(
    database: Database, postgresql: PostgreSQL, told: str, kept: str
) -> None:
    with database.unit_of_work() as session:
        session.execute(text(f"ALTER DATABASE game SET synchronous_commit = {told}"))
    fresh = Database(postgresql.database.url)

    try:
        with fresh.unit_of_work() as session:
            ask(session, "SELECT 1")
            session.rollback()
            found = ask(session, "SHOW synchronous_commit")
    finally:
        fresh.dispose()
        with database.unit_of_work() as session:
            session.execute(text("ALTER DATABASE game RESET synchronous_commit"))

    assert found == kept


def recorder(url: str, most: int, *before: str) -> "subprocess.Popen[str]":
    """Start the recording process; `before` is a command that starts it."""
    command = [*before, sys.executable, "-m", "tests.recorder", url, str(most)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own words)


@SQLITE
def test_every_answer_comes_after_an_fdatasync(game: Game, settings: Settings, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: fdatasync cannot be counted (apt-get install strace)")
    trace = tmp_path / "trace"

    child = recorder(settings.sqlalchemy_url, 20, "strace", "-f", "-o", str(trace), "-e", "trace=fdatasync,fsync,write")
    child.communicate(timeout=60)

    if not trace.read_text():
        pytest.skip("strace may not trace here: fdatasync cannot be counted")
    steps = re.findall(r"(f(?:data)?sync)\(\d|write\(1, \"recorded ", trace.read_text())
    order = "".join("s" if sync else "a" for sync in steps)
    assert order.count("a") == 20
    assert re.fullmatch(r"(s+a)+s*", order) is not None


@SQLITE
@pytest.mark.parametrize("acknowledged", [2, 17])
def test_nothing_acknowledged_is_lost_by_a_kill(game: Game, settings: Settings, acknowledged: int) -> None:
    child = recorder(settings.sqlalchemy_url, -1)
    assert child.stdout is not None
    for _ in range(acknowledged):
        child.stdout.readline()
    child.kill()
    rest, _ = child.communicate()

    told = {f"recorded-{number}" for number in range(1, acknowledged + len(rest.splitlines()) + 1)}

    kept = keys(game.database)
    assert told - kept == set()
    assert len(kept - told) <= 1
    assert game.verify() == []


@POSTGRESQL
def test_nothing_acknowledged_is_lost_by_a_crash_of_the_server(game: Game, postgresql: PostgreSQL) -> None:
    told = {game.take().entry.external_id for _ in range(5)}

    postgresql.stop()
    postgresql.start()

    assert keys(game.database) == told
    assert game.verify() == []


# ---- Outages that pass ----


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
def test_sqlite_that_cannot_be_written_is_unavailable_and_reads_go_on(
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


@POSTGRESQL
def test_postgresql_that_is_away_is_unavailable_and_comes_back(game: Game, postgresql: PostgreSQL) -> None:
    game.take(external_id="before")

    postgresql.stop()
    try:
        with pytest.raises(Unavailable) as writing:
            game.take(external_id="during")
        with pytest.raises(Unavailable) as reading:
            game.board()
    finally:
        postgresql.start()
    game.take(external_id="after")

    assert (writing.value.status, reading.value.status) == (503, 503)
    assert keys(game.database) == {"before", "after"}
    assert game.verify() == []


@POSTGRESQL
def test_postgresql_that_crashes_inside_a_unit_of_work_changes_nothing(game: Game, postgresql: PostgreSQL) -> None:
    with pytest.raises(Unavailable), game.database.unit_of_work() as session:  # noqa: PT012
        session.execute(text("UPDATE week SET name = 'Changed'"))
        postgresql.stop()
        postgresql.start()

    assert game.week().name == "Q3-2022"


@POSTGRESQL
def test_postgresql_that_only_reads_is_unavailable(game: Game) -> None:
    with pytest.raises(Unavailable), game.database.unit_of_work() as session:  # noqa: PT012
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text("UPDATE week SET name = 'Changed'"))


@SQLITE
def test_writers_that_queue_too_long_are_told_to_try_again(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game.database.writer.pool, "_timeout", 0.05)

    with game.database.unit_of_work(), pytest.raises(Unavailable, match="busy"):
        game.take()

    assert game.take().repeated is False


def test_mistake_of_ours_is_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_column") as error, database.unit_of_work() as session:
        session.execute(text("SELECT no_such_column FROM week"))

    assert type(error.value).__name__ in {"OperationalError", "ProgrammingError"}


@SQLITE
def test_nothing_has_to_be_alone_where_there_is_one_writer(database: Database) -> None:
    with database.unit_of_work() as session:
        alone(session)

        assert ask(session, "SELECT count(*) FROM week") == 0
