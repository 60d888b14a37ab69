"""`backup` and `restore`: a copy at one moment while others write, and the way back."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db.database import Database
from app.services.ledger.drafts import read_json
from app.services.operations import schema, server_lock
from tests.builders import take
from tests.cli.conftest import Shell

ACTIVITY = (
    '{"kind":"response","person":"ada@example.com","occurred_at":"2022-09-14T09:00:00-07:00",'
    '"source":"zendesk","external_id":"%d"}'
)


@contextmanager
def writing(shell: Shell, at_least: int) -> Iterator[None]:
    """A server's writer that records activity after activity while the block runs, the first few before it."""
    database, stop, warm = Database(f"sqlite:///{shell.ledger}", checkpoints=True), threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with database.unit_of_work() as session:
                take(session, "q3-2022", read_json(ACTIVITY % number), now=datetime.now(UTC))
            number += 1
            if number == at_least:
                warm.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert warm.wait(30)
    try:
        yield
    finally:
        stop.set()
        thread.join()
        database.dispose()


def recorded(path: Path) -> list[int]:
    """The numbers of the activities in a database file, in the order they were recorded."""
    with closing(sqlite3.connect(path)) as connection:
        return [int(number) for (number,) in connection.execute("SELECT external_id FROM activity ORDER BY seq")]


def changed(path: Path, *statements: str) -> Path:
    """The database file after these statements."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def names(directory: Path) -> list[str]:
    """The names in a directory."""
    return sorted(path.name for path in directory.iterdir())


def test_backup_while_a_writer_writes_restores_to_a_gap_free_prefix(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(open_week, at_least=30):
        open_week.text("backup", "copy.sqlite3")
    monkeypatch.setenv("ASSEMBLY_WEEK_DATA_DIR", str(open_week.desk / "elsewhere"))

    said = open_week.document("restore", "copy.sqlite3")

    numbers = recorded(open_week.desk / "elsewhere" / "assembly-week.sqlite3")
    assert said["replaced"] is None
    assert numbers == list(range(len(numbers)))
    assert 30 <= len(numbers) <= len(recorded(open_week.ledger))
    assert open_week.document("verify") == {"weeks": ["q3-2022"], "differences": []}


def test_backup_is_one_file(open_week: Shell) -> None:
    (open_week.desk / "safe").mkdir()

    made = open_week.document("backup", "safe/copy.sqlite3")

    assert names(open_week.desk / "safe") == ["copy.sqlite3"]
    assert made == {"file": "safe/copy.sqlite3", "bytes": (open_week.desk / "safe" / "copy.sqlite3").stat().st_size}


def test_backup_does_not_overwrite_unless_told(open_week: Shell) -> None:
    file = open_week.write("copy.sqlite3", "precious")

    refused = open_week.refusal("backup", file)
    kept = file.read_text()
    open_week.text("backup", file, "--force")

    assert refused == f"{file} exists already. Choose another name, or replace it with --force."
    assert kept == "precious"
    assert open_week.document("restore", file)["revision"] == schema.newest()


def test_backup_never_replaces_the_database_itself_or_a_device(open_week: Shell) -> None:
    for target in (open_week.ledger, Path("/dev/null"), open_week.desk):
        refused = open_week.refusal("backup", target, "--force")
        assert refused == f"{target} can’t become a backup: it isn’t a plain file, or the database itself."


def test_backup_of_nothing_or_to_nowhere_is_refused(shell: Shell) -> None:
    assert shell.refusal("backup", "copy.sqlite3").startswith("There’s no database ")
    shell.text("migrate")
    assert shell.refusal("backup", "none/copy.sqlite3") == "There’s no directory none to back up to."
    assert names(shell.desk) == ["data"]


def kept(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for backups, which is set from now on."""
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_DIR", str(shell.desk / "copies"))
    return shell.desk / "copies"


def test_backup_without_a_file_is_kept_where_backups_are(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = kept(open_week, monkeypatch)
    none = open_week.text("backups")

    made = open_week.document("backup")

    listed = open_week.document("backups", "--check")
    assert none == f"No backups in {directory} yet. `assembly-week backup` makes one.\n"
    assert names(directory) == [Path(made["file"]).name, f"{Path(made['file']).name}.sha256", "backup.lock"]
    assert [(each["file"], each["bytes"]) for each in listed["backups"]] == [(made["file"], made["bytes"])]
    assert (listed["broken"], made["removed"]) == ([], [])
    assert open_week.text("backups", "--check").endswith("OK: 1 backup is as made.\n")
    assert open_week.document("restore", made["file"])["revision"] == schema.newest()


def test_backups_that_were_changed_are_told_with_status_1(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(open_week, monkeypatch)
    file = Path(open_week.document("backup")["file"])
    with file.open("ab") as stream:
        stream.write(b"x")

    result = open_week.run("backups", "--check")

    assert result.exit_code == 1
    assert result.stderr == (
        f"{file} isn’t as it was made: {file.name}.sha256 has another checksum. It was cut off or changed on its way.\n"
    )
    assert open_week.text("backups").count(str(file)) == 1


def test_backup_without_a_file_or_a_directory_says_what_to_set(open_week: Shell) -> None:
    for words in (["backup"], ["backups"]):
        assert open_week.refusal(*words) == (
            "No directory for backups is set. Set ASSEMBLY_WEEK_BACKUP_DIR, or name a FILE to back up to."
        )


def test_restore_brings_back_what_was_and_keeps_what_it_replaces(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    open_week.text("week", "close", "q3-2022")

    done = open_week.document("restore", "copy.sqlite3")

    assert open_week.document("week", "list")["weeks"][0]["state"] == "open"
    open_week.document("restore", done["replaced"])
    assert open_week.document("week", "list")["weeks"][0]["state"] == "closed"


def test_restore_folds_in_the_wal_that_lies_beside_the_backup(open_week: Shell) -> None:
    with closing(sqlite3.connect(open_week.ledger)) as holding_it_open:
        holding_it_open.execute("SELECT count(*) FROM week").fetchone()
        open_week.text("week", "close", "q3-2022")
        for path in open_week.home.glob("assembly-week.sqlite3*"):
            (open_week.desk / path.name.replace("assembly-week", "copy")).write_bytes(path.read_bytes())
    open_week.text("week", "open", "q3-2022")

    open_week.text("restore", "copy.sqlite3")

    assert open_week.document("week", "list")["weeks"][0]["state"] == "closed"


def test_restore_leaves_nothing_beside_the_database(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    done = open_week.document("restore", "copy.sqlite3")

    assert names(open_week.home) == ["assembly-week.sqlite3", Path(done["replaced"]).name, "server.lock"]


def test_restore_keeps_the_mode_of_the_file_it_replaces(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    open_week.ledger.chmod(0o640)

    open_week.text("restore", "copy.sqlite3")

    assert open_week.ledger.stat().st_mode & 0o777 == 0o640


def test_restore_is_refused_while_a_server_runs(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")

    with server_lock.held(open_week.home / server_lock.LOCK_NAME, ""):
        refused = open_week.refusal("restore", "copy.sqlite3")

    assert refused == "A server is running on this data. Stop it, restore, and start it again."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "isn’t a database of Assembly Week."),
        (b"team,name,email\n" * 100, "isn’t a sound SQLite database: file is not a database."),
        (b"SQLite format 3\0" + b"\xff" * 5000, "isn’t a sound SQLite database: "),
    ],
)
def test_file_that_is_no_database_of_ours_is_not_restored(open_week: Shell, content: bytes, sentence: str) -> None:
    before = names(open_week.home)

    refused = open_week.refusal("restore", open_week.write("copy.sqlite3", content))

    assert refused.startswith(f"{open_week.desk / 'copy.sqlite3'} {sentence}")
    assert names(open_week.home) == sorted([*before, "server.lock"])
    assert open_week.document("week", "list")["weeks"][0]["state"] == "open"


@pytest.mark.parametrize("flaw", ["cut off where nothing is in use", "with something behind it", "of no version"])
def test_copy_that_is_not_as_its_header_says_is_not_restored(open_week: Shell, flaw: str) -> None:
    backup = open_week.write("copy.sqlite3", b"")
    open_week.text("backup", backup, "--force")
    with closing(sqlite3.connect(backup)) as copy:
        copy.execute("PRAGMA auto_vacuum = NONE")
        copy.execute("CREATE TABLE filler AS SELECT zeroblob(100000) AS bytes")
        copy.execute("DROP TABLE filler")  # leaves pages that nothing is in, at the end
        copy.commit()
    content = backup.read_bytes()
    torn = {
        "cut off where nothing is in use": content[:-100], "with something behind it": content + b"x",
        "of no version": content[:18] + b"\x07" + content[19:],
    }  # fmt: skip
    before = open_week.ledger.read_bytes()

    backup.write_bytes(torn[flaw])

    assert f"{backup} isn’t a sound SQLite database: it" in open_week.refusal("restore", backup)
    assert open_week.ledger.read_bytes() == before
    backup.write_bytes(content)
    open_week.text("restore", backup)


def test_database_of_another_program_is_not_restored(open_week: Shell) -> None:
    other = changed(open_week.desk / "other.sqlite3", "CREATE TABLE week (id INTEGER)")

    assert open_week.refusal("restore", other) == f"{other} isn’t a database of Assembly Week. Nothing was changed."


def test_database_of_a_newer_version_is_not_restored(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    newer = changed(open_week.desk / "copy.sqlite3", "UPDATE alembic_version SET version_num = '9999'")

    assert open_week.refusal("restore", newer).startswith(f"{newer} was made by a newer version of Assembly Week.")


def test_damaged_database_is_not_restored(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    copy = open_week.desk / "copy.sqlite3"
    copy.write_bytes(copy.read_bytes()[: 4096 * 20])

    refused = open_week.refusal("restore", copy)

    assert refused.startswith((f"{copy} is damaged: ", f"{copy} isn’t a sound SQLite database: "))
    assert open_week.document("verify")["differences"] == []


def test_database_is_not_restored_onto_itself(open_week: Shell) -> None:
    assert open_week.refusal("restore", open_week.ledger).endswith(
        "is the database itself; there’s nothing to restore."
    )


def test_damaged_database_can_be_replaced(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    open_week.ledger.write_bytes(b"nonsense" * 1_000)
    assert open_week.refusal("verify") == "The database refused: file is not a database. Nothing was changed."

    open_week.text("restore", "copy.sqlite3")

    assert open_week.document("verify") == {"weeks": ["q3-2022"], "differences": []}


def test_wal_that_somebody_holds_open_moves_with_its_database(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    with closing(sqlite3.connect(open_week.ledger)) as holding_it_open:
        holding_it_open.execute("SELECT count(*) FROM week").fetchone()
        open_week.text("week", "close", "q3-2022")

        replaced = Path(open_week.document("restore", "copy.sqlite3")["replaced"])

        beside = names(open_week.home)
    assert [name for name in beside if name.endswith("-wal")] == [f"{replaced.name}-wal"]
    assert open_week.document("week", "list")["weeks"][0]["state"] == "open"
