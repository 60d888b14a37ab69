"""Disks that are full and files that may not be written: a sentence that names the place, and nothing half done."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import PROJECT, sqlite_url
from app.db.database import Database
from app.domain.wording import size
from app.errors import Unavailable
from tests.cli.conftest import RULES_FILE, Shell

NOBODY = 65_534
SCRIPT = """
mount -t tmpfs -o size=3m tmpfs "$ROOM" || exit 77
exec "$PYTHON" -m tests.cli.full_disk "$ROOM"
"""


@pytest.fixture
def full(tmp_path: Path) -> list[str]:
    """The output of commands on a disk of their own that fills up after the first three."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed: a small disk cannot be mounted (apt-get install util-linux)")
    (tmp_path / "room").mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "PYTHON": sys.executable,
        "ROOM": str(tmp_path / "room"), "ASSEMBLY_WEEK_DATA_DIR": str(tmp_path / "room" / "data"),
        "ASSEMBLY_WEEK_RULES_FILE": str(RULES_FILE), "ASSEMBLY_WEEK_BACKUP_DIR": str(tmp_path / "room" / "copies"),
    }  # fmt: skip
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT]
    run = subprocess.run(  # noqa: S603 (our own words)
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    if run.returncode == 77 or "unshare:" in run.stderr:
        pytest.skip("a small disk may not be mounted here")
    return run.stdout.splitlines()


def test_commands_on_a_full_disk_say_where_and_leave_nothing(full: list[str], tmp_path: Path) -> None:
    room = tmp_path / "room"
    full_database = "The database’s disk is full. Nothing was changed. Ask an organizer to free disk space."

    needed = size(int(full[1].rpartition("(")[2].partition(" ")[0].replace(",", "")))

    assert full[3:] == [
        "FULL",
        full_database, "status 1",
        full_database, "status 1",
        f"The disk that holds {room} is full: make room there. There’s no backup.", "status 1",
        f"The disk that holds {room} is full: make room there. There’s no backup.", "status 1",
        f"The disk that holds {room / 'data'} is full: make room there. Nothing was changed.", "status 1",
        f"A backup needs {needed}, and {room / 'copies'} has 0 bytes left: make room there. There’s no new backup.",
        "status 1",
        f"No signing key can be made: The disk that holds {room / 'data'} is full: make room there.", "status 1",
        full_database, "status 1",
        "No weeks yet, so there’s nothing to verify.",
    ]  # fmt: skip


@pytest.fixture
def ours() -> Iterator[Path]:
    """A data directory of a user who is not root, with a database in it; the test runs as that user."""
    is_root = os.geteuid() == 0
    directory = Path(tempfile.mkdtemp())
    data = directory / "data"
    database = Database(sqlite_url(data / "assembly-week.sqlite3"))
    database.dispose()
    if is_root:
        directory.chmod(0o755)
        for path in (directory, data, *data.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield data
    finally:
        if is_root:
            os.seteuid(0)
        shutil.rmtree(directory)


def refused(file: Path) -> str:
    """The refusal when the database is opened."""
    with pytest.raises(Unavailable) as refusal:
        Database(sqlite_url(file))
    return refusal.value.detail


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_file_that_may_not_be_written_is_named(ours: Path, ending: str) -> None:
    path = ours / f"assembly-week.sqlite3{ending}"
    path.touch(mode=0o600)
    path.chmod(0o400)
    user = path.owner()

    said = refused(ours / "assembly-week.sqlite3")
    path.chmod(0o600)
    Database(sqlite_url(ours / "assembly-week.sqlite3")).dispose()

    assert said == (
        f"{path} can’t be read and written by {user}: it belongs to {user}, mode 0400. `chmod u+rw {path}` helps."
    )


def test_data_directory_that_may_not_be_written_is_named(ours: Path) -> None:
    user = ours.owner()
    ours.chmod(0o500)

    said = refused(ours / "assembly-week.sqlite3")
    ours.chmod(0o700)

    assert said == (
        f"{ours} can’t be read and written by {user}: it belongs to {user}, mode 0500. `chmod u+rwx {ours}` helps."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_data_directory_of_somebody_else_says_whose_it_is(ours: Path) -> None:
    os.seteuid(0)
    os.chown(ours, 0, 0)
    os.seteuid(NOBODY)

    said = refused(ours / "assembly-week.sqlite3")

    user = pwd.getpwuid(NOBODY).pw_name
    assert said == (
        f"{ours} can’t be read and written by {user}: it belongs to root, mode 0700. Run this as root, or give {ours} "
        f"to {user} with `chown`."
    )


def test_directory_in_the_place_of_the_database_is_named(shell: Shell) -> None:
    shell.ledger.mkdir(parents=True)

    assert shell.refusal("week", "list") == f"{shell.ledger} is a directory, where a database belongs. Move it away."


def test_ledger_that_cannot_be_read_is_named(open_week: Shell) -> None:
    open_week.ledger.write_bytes(b"nonsense" * 1_000)

    assert open_week.refusal("backup", "copy.sqlite3") == (
        f"{open_week.ledger} can’t be read: file is not a database. There’s no backup."
    )
