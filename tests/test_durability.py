"""Durability: commits wait for the disk, and nothing acknowledged is lost by a kill or a crash."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.pool import Pool
from sqlmodel import Session, select

from app.config import PROJECT, Settings
from app.db.database import Database
from app.models import LedgerEntry
from tests.builders import Game
from tests.postgresql import PostgreSQL

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"])
OWN_POSTGRESQL = pytest.mark.parametrize("engine", ["own_postgresql"])


def ask(session: Session, statement: str) -> object:
    return session.execute(text(statement)).scalar()


def keys(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(LedgerEntry.external_id)))


@SQLITE
def test_sqlite_waits_for_the_disk(database: Database) -> None:
    with database.unit_of_work() as session:
        asked = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout", "query_only", "wal_autocheckpoint")

        assert [ask(session, f"PRAGMA {name}") for name in asked] == [2, "wal", 1, 5000, 0, 1000]


@SQLITE
def test_sqlite_wipes_what_it_deletes_also_where_it_was_built_to_leave_it(settings: Settings) -> None:
    def leave(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA secure_delete = OFF")

    event.listen(Pool, "connect", leave)
    try:
        database = Database(settings.sqlalchemy_url)
        with database.unit_of_work() as session:
            assert ask(session, "PRAGMA secure_delete") == 1
        database.dispose()
    finally:
        event.remove(Pool, "connect", leave)


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
        session.execute(text(f'ALTER DATABASE "{postgresql.name}" SET synchronous_commit = {told}'))
    fresh = Database(postgresql.database.url)

    try:
        with fresh.unit_of_work() as session:
            ask(session, "SELECT 1")
            session.rollback()
            found = ask(session, "SHOW synchronous_commit")
    finally:
        fresh.dispose()
        with database.unit_of_work() as session:
            session.execute(text(f'ALTER DATABASE "{postgresql.name}" RESET synchronous_commit'))

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

    child = recorder(
        settings.sqlalchemy_url.render_as_string(),
        20,
        "strace",
        "-f",
        "-o",
        str(trace),
        "-e",
        "trace=fdatasync,fsync,write",
    )
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
    child = recorder(settings.sqlalchemy_url.render_as_string(), -1)
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


@OWN_POSTGRESQL
def test_nothing_acknowledged_is_lost_by_a_crash_of_the_server(game: Game, own_postgresql: PostgreSQL) -> None:
    told = {game.take().entry.external_id for _ in range(5)}

    own_postgresql.stop()
    own_postgresql.start()

    assert keys(game.database) == told
    assert game.verify() == []
