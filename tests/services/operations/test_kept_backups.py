"""Backups in their directory: whole, verified and private, or not there; only our own ones go, and never the last."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.config import PROJECT
from app.errors import Conflict, NotFound, Unavailable
from app.services.operations import kept_backups, server_lock
from app.services.operations.kept_backups import Plan
from tests.sqlite import SQLite

NIGHT = datetime(2022, 9, 14, 3, tzinfo=UTC)
NAME = "assembly-week-20220914T030000Z.sqlite3"
KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from app.services.operations import kept_backups
plan = kept_backups.Plan(Path(sys.argv[1]), Path(sys.argv[2]), 7, 4)
kept_backups.make(plan, datetime(2022, 9, 14, 3, tzinfo=UTC), progress=lambda done, total: os.kill(os.getpid(), 9))
"""


@pytest.fixture
def plan(sqlite: SQLite, tmp_path: Path) -> Plan:
    """A plan for a new database; its directory isn't there yet."""
    sqlite.copy_scene("empty", tmp_path / "data" / "assembly-week.sqlite3")
    return Plan(tmp_path / "data" / "assembly-week.sqlite3", tmp_path / "copies", days=2, weeks=1)


def names(plan: Plan) -> list[str]:
    """The names in the directory, but the lock's."""
    return sorted({path.name for path in plan.directory.iterdir()} - {kept_backups.LOCK_NAME})


def test_make_writes_a_sound_copy_for_its_owner_alone_with_a_checksum(plan: Plan) -> None:
    before = os.umask(0)
    try:
        copy, removed = kept_backups.make(plan, NIGHT)
    finally:
        os.umask(before)

    command = ["sha256sum", "--check", f"{NAME}.sha256"]
    checked = subprocess.run(command, cwd=plan.directory, check=False)  # noqa: S603 (our own words)
    with closing(sqlite3.connect(copy.path)) as connection:
        rules = connection.execute("SELECT count(*) FROM rule_set").fetchone()
    modes = {stat.S_IMODE((plan.directory / name).stat().st_mode) for name in names(plan)}
    assert (copy.path.name, copy.at, removed, names(plan)) == (NAME, NIGHT, [], [NAME, f"{NAME}.sha256"])
    assert (checked.returncode, rules, modes) == (0, (1,), {0o600})
    assert stat.S_IMODE(plan.directory.stat().st_mode) == 0o700


def test_make_removes_what_is_over_and_only_its_own(plan: Plan) -> None:
    plan.directory.mkdir()
    others = [
        "assembly-week-20220101T030000Z.sqlite3",  # without its checksum: somebody else's
        "assembly-week-20220101T030001Z.sqlite3.bak",
        "assembly-week-20221301T030000Z.sqlite3", "assembly-week-20221301T030000Z.sqlite3.sha256",  # no such month
        "assembly-week-20360101T030000Z.sqlite3", "assembly-week-20360101T030000Z.sqlite3.sha256",  # yet to come
        "before-upgrade.sqlite3", "before-upgrade.sqlite3.sha256",
    ]  # fmt: skip
    for name in others:
        (plan.directory / name).touch()

    nights = [NIGHT + timedelta(days=number) for number in range(5)]
    made = [kept_backups.make(plan, night) for night in nights]

    assert [path for each in made for path in each.removed] == [each.copy.path for each in made[:3]]
    assert [copy.at for copy in kept_backups.copies(plan.directory, nights[-1])] == nights[:2:-1]
    assert set(others) < set(names(plan))
    assert len(names(plan)) == len(others) + 4


def test_make_twice_in_a_second_makes_two(plan: Plan) -> None:
    made = [kept_backups.make(plan, NIGHT).copy for _ in range(2)]

    assert [copy.at - NIGHT for copy in made] == [timedelta(0), timedelta(seconds=1)]
    assert len(names(plan)) == 4


def test_make_of_a_damaged_database_leaves_the_one_before(plan: Plan) -> None:
    kept_backups.make(plan, NIGHT)
    content = bytearray(plan.ledger.read_bytes())
    with closing(sqlite3.connect(plan.ledger)) as connection:
        page = connection.execute("SELECT max(rootpage) FROM sqlite_master WHERE type = 'index'").fetchone()[0]
    content[4096 * (page - 1) : 4096 * (page - 1) + 8] = b"\xff" * 8
    plan.ledger.write_bytes(content)

    with pytest.raises(Unavailable) as refusal:
        kept_backups.make(plan, NIGHT + timedelta(days=1))

    assert refusal.value.detail.startswith(
        ("The copy is damaged: ", "The database can’t be copied: database disk image")
    )
    assert "There’s no new backup." in refusal.value.detail
    assert names(plan) == [NAME, f"{NAME}.sha256"]


def test_make_of_a_database_that_is_not_ours_is_refused(plan: Plan) -> None:
    with closing(sqlite3.connect(plan.ledger)) as connection:
        connection.execute("CREATE TABLE loot (x)")

    with pytest.raises(Unavailable) as refusal:
        kept_backups.make(plan, NIGHT)

    assert refusal.value.detail == (
        "The copy has a table “loot” that Assembly Week doesn’t make. There’s no new backup. Look at the disk, and at "
        "the database with `verify`."
    )
    assert names(plan) == []


def test_make_without_a_database_or_a_directory_says_so(plan: Plan) -> None:
    plan.directory.write_text("a file")
    with pytest.raises(Unavailable) as no_directory:
        kept_backups.make(plan, NIGHT)
    plan.ledger.unlink()
    with pytest.raises(NotFound) as no_database:
        kept_backups.make(plan, NIGHT)

    assert no_directory.value.detail == f"{plan.directory} can’t be written: File exists. There’s no new backup."
    assert no_database.value.detail.startswith(f"There’s no database {plan.ledger} yet")


def test_make_that_is_stopped_leaves_nothing(plan: Plan) -> None:
    with pytest.raises(Unavailable, match="It was stopped"):
        kept_backups.make(plan, NIGHT, is_stopped=lambda: True)

    looks = iter([False])
    with pytest.raises(Unavailable, match=r"It was stopped|interrupted"):
        kept_backups.make(plan, NIGHT, is_stopped=lambda: next(looks, True))

    assert names(plan) == []


def test_make_beside_another_is_refused(plan: Plan) -> None:
    with server_lock.held(plan.directory / kept_backups.LOCK_NAME, ""), pytest.raises(Conflict):
        kept_backups.make(plan, NIGHT)

    assert names(plan) == []


def test_clear_removes_what_killed_processes_left_and_nothing_else(plan: Plan) -> None:
    made = kept_backups.make(plan, NIGHT - timedelta(days=1)).copy
    command = [sys.executable, "-c", KILLED, str(plan.ledger), str(plan.directory)]
    killed = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 (our own words)
    (plan.directory / f"{NAME}.sha256").touch()  # whose copy never got its name
    (plan.directory / "other.sha256").touch()
    left = names(plan)

    kept_backups.clear(plan.directory)

    assert killed.returncode == -signal.SIGKILL
    assert {name.startswith(f".{NAME}.") for name in left if ".part" in name} == {True}
    assert names(plan) == [made.path.name, f"{made.path.name}.sha256", "other.sha256"]


def test_copies_of_a_directory_that_cannot_be_read_are_not_none(plan: Plan) -> None:
    plan.directory.write_text("a file")

    with pytest.raises(Unavailable, match="can’t be read: Not a directory"):
        kept_backups.copies(plan.directory, NIGHT)
    assert kept_backups.copies(plan.directory.with_name("none"), NIGHT) == []
