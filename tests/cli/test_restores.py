"""`restore` trusts nobody: a foreign or damaged schema, content without sense, a process that was killed before."""

import os
import shutil
import signal
import sqlite3
import stat
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from app.config import sqlite_url
from app.db.database import Database
from app.services.operations import schema
from app.services.operations.whole_files import part_of
from tests.cli.conftest import Shell
from tests.cli.processes import run, started

ISSUE = '{"kind":"issue","person":"ada@example.com","occurred_at":"2022-09-14T09:00Z","source":"gh","external_id":"1"}'
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture(scope="module")
def kept(kept_week: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """All that commands wrote who imported an activity into an open week and made a backup of it."""
    desk = tmp_path_factory.mktemp("played")
    shell = Shell(desk / "data", desk)
    shutil.copytree(kept_week, shell.home)
    with pytest.MonkeyPatch.context() as patch:
        shell.move_in(patch)
        shell.text("activity", "import", "current", shell.write("a.ndjson", ISSUE))
        shell.text("backup", "copy.sqlite3")
    return shell


@pytest.fixture
def played(shell: Shell, kept: Shell) -> Shell:
    """An open week with an activity, and a backup of it on the desk: a copy of what commands wrote."""
    shutil.copytree(kept.desk, shell.desk, dirs_exist_ok=True)
    return shell


def forge(shell: Shell, *statements: str) -> Path:
    """The backup as somebody changed it who can write files, its guards put back as they were."""
    file = shell.desk / "copy.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as copy:
        guards = copy.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            copy.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            copy.execute(statement)
        for _, sql in guards:
            copy.execute(sql)
    return file


def tamper(shell: Shell, *statements: str) -> Path:
    """The backup after these statements, its guards as they leave them."""
    file = shell.desk / "copy.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as copy:
        for statement in statements:
            copy.execute(statement)
    return file


def names(directory: Path) -> list[str]:
    """The names in a directory."""
    return sorted(path.name for path in directory.iterdir())


FOREIGN = {
    "a trigger that copies tokens": (
        ["CREATE TRIGGER leak AFTER INSERT ON token BEGIN UPDATE person SET name = NEW.sha256; END"],
        "has a trigger “leak” that Assembly Week doesn’t make",
    ),
    "a trigger that makes everybody an owner": (
        ["CREATE TRIGGER coup AFTER INSERT ON audit BEGIN UPDATE person SET role = 'owner'; END"],
        "has a trigger “coup” that Assembly Week doesn’t make",
    ),
    "a trigger that never ends": (
        [f"CREATE TRIGGER hang AFTER INSERT ON token BEGIN {ENDLESS}; END"],
        "has a trigger “hang” that Assembly Week doesn’t make",
    ),
    "a trigger on the migrations' table that never ends": (
        [f"CREATE TRIGGER hang BEFORE UPDATE ON alembic_version BEGIN {ENDLESS}; END"],
        "has a trigger “hang” that Assembly Week doesn’t make",
    ),
    "a view for the migrations' table that never ends": (
        ["DROP TABLE alembic_version", f"CREATE VIEW alembic_version AS {ENDLESS}"],
        "has a view “alembic_version” that Assembly Week doesn’t make, and differs in 2 more ways",
    ),
    "a view for a table": (
        ["ALTER TABLE token RENAME TO tokens", "CREATE VIEW token AS SELECT * FROM tokens"],
        "has an index “sqlite_autoindex_tokens_1” that Assembly Week doesn’t make, and differs in ",
    ),
    "an index on an expression that never ends": (
        ["CREATE INDEX slow ON week (length(zeroblob(1000000000)))"],
        "has an index “slow” that Assembly Week doesn’t make",
    ),
    "a table of somebody else's": (
        ["CREATE TABLE loot (x)"],
        "has a table “loot” that Assembly Week doesn’t make",
    ),
    "a ledger without its guard": (
        ["DROP TRIGGER activity_no_update"],
        "lacks the trigger “activity_no_update”",
    ),
    "a guard that lets through": (
        ["DROP TRIGGER audit_no_delete", "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END"],
        "has a trigger “audit_no_delete” that isn’t as Assembly Week makes it",
    ),
    "an extra column": (
        ["ALTER TABLE person ADD COLUMN password TEXT"],
        "has a table “person” that isn’t as Assembly Week makes it",
    ),
    "a missing column": (
        ["ALTER TABLE week DROP COLUMN created_at"],
        "has a table “week” that isn’t as Assembly Week makes it",
    ),
    "a missing table": (
        ["DROP TABLE throttle"],
        "lacks the index “ix_throttle_began_at”, and differs in 2 more ways",
    ),
}


@pytest.mark.parametrize(("statements", "flaw"), FOREIGN.values(), ids=FOREIGN)
def test_schema_that_is_not_ours_is_not_restored(played: Shell, statements: list[str], flaw: str) -> None:
    before = names(played.home)
    file = tamper(played, *statements)

    refused = played.refusal("restore", file)

    assert refused.startswith(f"{file} {flaw}")
    assert refused.endswith(". Nothing was changed.")
    assert names(played.home) == sorted([*before, "server.lock"])
    assert played.document("verify")["differences"] == []


def test_statistics_of_analyze_are_restored(played: Shell) -> None:
    assert played.document("restore", tamper(played, "ANALYZE"))["revision"] == schema.newest()


def test_row_that_points_to_nothing_is_not_restored(played: Shell) -> None:
    file = forge(played, "PRAGMA foreign_keys = OFF", "DELETE FROM person WHERE email = 'ada@example.com'")

    refused = played.refusal("restore", file)

    assert refused == f"{file} is damaged: a row of membership needs one of person that is gone. Nothing was changed."


def test_row_that_its_table_forbids_is_not_restored(played: Shell) -> None:
    file = forge(played, "PRAGMA ignore_check_constraints = ON", "UPDATE week SET state = 'paused'")

    assert played.refusal("restore", file) == (
        f"{file} is damaged: CHECK constraint failed in week. Nothing was changed."
    )


def test_text_in_another_encoding_is_not_restored(played: Shell) -> None:
    file = played.desk / "wide.sqlite3"
    with closing(sqlite3.connect(file)) as wide, closing(sqlite3.connect(played.desk / "copy.sqlite3")) as copy:
        wide.execute("PRAGMA encoding = 'UTF-16le'")
        wide.executescript("\n".join(copy.iterdump()))

    assert played.refusal("restore", file) == (f"{file} keeps its text as UTF-16le, not as UTF-8. Nothing was changed.")


SENSELESS = {
    "a zone": (
        "UPDATE week SET timezone = 'Mars/Base'",
        "Week q3-2022: its time zone “Mars/Base” isn’t known here, so its days are counted in UTC.",
    ),
    "rules that were changed": (
        "UPDATE rule_set SET text = text || '# 100 points for me'",
        "Week q3-2022: the text of its rules isn’t the one that was activated.",
    ),
    "rules": (
        "UPDATE rule_set SET text = 'format = 1\nteam_size = \"many\"', sha256 = 'x'",
        "Week q3-2022 can’t be scored from its ledger and rules: an accepted rules text no longer parses: ",
    ),
    "rules that are no text of rules": (
        "UPDATE rule_set SET text = char(0) || '[', sha256 = 'y'",
        "Week q3-2022 can’t be scored from its ledger and rules: an accepted rules text no longer parses: ",
    ),
    "a score": ("UPDATE score SET data = 'null'", "Week q3-2022: the kept scores can’t be read."),
    "a score without end": (
        "UPDATE score SET data = replace(hex(zeroblob(50000)), '0', '[')",
        "Week q3-2022: the kept scores can’t be read.",
    ),
    "a day": ("UPDATE week SET starts = 'Monday'", "The weeks can’t be read: Invalid isoformat string: 'Monday'."),
    "a moment": (
        "UPDATE activity SET occurred_at = 'noon'",
        "Week q3-2022 can’t be scored from its ledger and rules: Invalid isoformat string: 'noon'.",
    ),
}


@pytest.mark.parametrize(("statement", "sentence"), SENSELESS.values(), ids=SENSELESS)
def test_content_without_sense_is_a_sentence_for_restore_and_verify(
    played: Shell, statement: str, sentence: str
) -> None:
    file = forge(played, statement)
    before = names(played.home)

    refused = played.refusal("restore", file)
    left = names(played.home)
    played.text("restore", file, "--unverified")
    result = played.run("verify")

    assert refused.startswith(f"{file} doesn’t verify. {sentence}")
    assert refused.endswith(" Nothing was changed. `restore --unverified` restores it all the same.")
    assert left == sorted([*before, "server.lock"])
    assert result.exit_code == 1
    assert (result.stdout + result.stderr).startswith(sentence)


def test_board_that_does_not_follow_from_the_ledger_is_restored_only_when_told(played: Shell) -> None:
    file = forge(
        played, "UPDATE score SET data = (SELECT data FROM score JOIN team ON id = team_id WHERE name = 'Cats')"
    )

    refused = played.refusal("restore", file)
    played.text("restore", file, "--unverified")

    assert refused.startswith(f"{file} doesn’t verify. Week q3-2022: the kept score of team ")
    assert played.run("verify").exit_code == 1


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_backup_of_an_older_version_is_migrated(shell: Shell, revision: str) -> None:
    file = shell.desk / "old.sqlite3"
    database = Database(sqlite_url(file))
    with database.writing() as connection, connection.begin():
        schema.upgrade(connection, revision)
    database.dispose()

    assert shell.document("restore", file)["revision"] == schema.newest()
    assert shell.text("week", "list").startswith("No weeks yet.")


def test_copy_that_was_changed_on_its_way_is_not_restored(played: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_DIR", str(played.desk / "copies"))
    file = Path(played.document("backup")["file"])
    before = names(played.home)
    with closing(sqlite3.connect(file, isolation_level=None)) as copy:
        copy.execute("UPDATE person SET name = 'Eda Lovelace' WHERE name = 'Ada Lovelace'")  # nothing else would notice

    changed = played.refusal("restore", file)
    left = names(played.home)
    checksum = file.with_name(f"{file.name}.sha256")
    checksum.write_text("")
    no_checksum = played.refusal("restore", file)
    checksum.unlink()
    played.text("restore", file)

    assert changed == (
        f"{file} isn’t as it was made: {checksum.name} has another checksum. It was cut off or changed on its way. "
        "Nothing was changed."
    )
    assert left == sorted([*before, "server.lock"])
    assert no_checksum == (
        f"{checksum} holds no checksum. Copy both files again, or delete it to go without. Nothing was changed."
    )


def test_copy_with_a_journal_beside_it_is_not_restored(played: Shell) -> None:
    file = played.desk / "copy.sqlite3"
    (played.desk / "copy.sqlite3-journal").write_bytes(b"x")

    assert played.refusal("restore", file) == (
        f"{file} was cut off while it was written: copy.sqlite3-journal lies beside it. Nothing was changed."
    )


def test_restore_is_noted_in_the_audit_of_what_it_restored(played: Shell) -> None:
    played.text("restore", "copy.sqlite3")

    with closing(sqlite3.connect(played.ledger)) as restored:
        query = "SELECT action, object_kind, object_name, by LIKE 'command:%' FROM audit ORDER BY id DESC LIMIT 1"
        assert restored.execute(query).fetchall() == [("database.restored", "database", "copy.sqlite3", 1)]


def kill_at_the_rename(renames: bool) -> None:
    """Let this process be killed when it puts the new database in the place of the old one."""
    replace = Path.replace

    def killed(self: Path, target: str | Path) -> Path:
        if Path(target).name == "assembly-week.sqlite3":
            if renames:
                replace(self, target)
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = killed  # type: ignore[assignment] # of a process that ends by it


before = partial(kill_at_the_rename, renames=False)
after = partial(kill_at_the_rename, renames=True)


@pytest.mark.parametrize(("moment", "state"), [("before", "closed"), ("after", "open")])
def test_restore_that_is_killed_leaves_the_old_database_or_the_new_one(played: Shell, moment: str, state: str) -> None:
    played.text("week", "close", "q3-2022")

    killed = run("restore", "copy.sqlite3", first=f"{__name__}:{moment}")

    left = [name for name in names(played.home) if ".part" in name]
    found = played.document("week", "list")["weeks"][0]["state"]
    with started("serve", "--port", "0"):
        after_a_start = [name for name in names(played.home) if ".part" in name]
    assert (killed.returncode, found) == (-signal.SIGKILL, state)
    assert (bool(left), after_a_start) == (moment == "before", [])
    assert played.document("verify")["differences"] == []


def test_start_removes_what_a_killed_server_left_of_a_backup(played: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_DIR", str(played.desk / "copies"))
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_HOUR", "23")  # none is due, which would do the same
    (played.desk / "copies").mkdir()
    (played.desk / "copies" / ".assembly-week-20220914T030000Z.sqlite3.0123abcd.part").touch()

    with started("serve", "--port", "0"):
        left = [name for name in names(played.desk / "copies") if ".part" in name]

    assert left == []


def test_three_replaced_databases_are_kept_and_none_that_was_restored(played: Shell) -> None:
    replaced = [Path(played.document("restore", "copy.sqlite3")["replaced"]) for _ in range(5)]
    paths = [path for path in replaced if path.exists()]

    oldest = paths[0]
    played.document("restore", oldest)

    assert paths == replaced[-3:]
    assert oldest.exists()
    assert len([name for name in names(played.home) if ".replaced-" in name]) == 4


def test_next_restore_removes_what_a_killed_one_left(played: Shell) -> None:
    left = played.ledger.with_name(f".{played.ledger.name}.0123abcd.part")
    for ending in ("", "-journal", "-wal", "-shm"):
        left.with_name(left.name + ending).touch()

    played.text("restore", "copy.sqlite3")

    assert [name for name in names(played.home) if "part" in name] == []


def test_restore_leaves_the_part_of_a_backup_that_is_being_made_beside_it(played: Shell) -> None:
    with part_of(played.ledger) as part:
        played.text("restore", "copy.sqlite3")

        assert part.exists()


def test_restored_and_new_databases_are_for_their_owner_alone(played: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    mode = stat.S_IMODE(played.ledger.stat().st_mode)
    monkeypatch.setenv("ASSEMBLY_WEEK_DATA_DIR", str(played.desk / "elsewhere"))

    played.text("restore", "copy.sqlite3")

    restored = played.desk / "elsewhere" / "assembly-week.sqlite3"
    modes = {
        "new": mode,
        "backup": stat.S_IMODE((played.desk / "copy.sqlite3").stat().st_mode),
        "restored": stat.S_IMODE(restored.stat().st_mode),
        "directory": stat.S_IMODE(restored.parent.stat().st_mode),
    }
    assert modes == {"new": 0o600, "backup": 0o600, "restored": 0o600, "directory": 0o700}


UNREADABLE = {
    "a moment of the ledger": (
        "UPDATE activity SET recorded_at = 'garbage'",
        "activity.recorded_at can’t be read: “garbage”",
    ),
    "a moment of the audit": ("UPDATE audit SET at = 'garbage'", "audit.at can’t be read: “garbage”"),
    "a moment in another form": (
        "UPDATE person SET created_at = '2022-09-12T13:00:00+00:00'",
        "person.created_at can’t be read: “2022-09-12T13:00:00+00:00”",
    ),
    "a name that is no UTF-8": ("UPDATE week SET name = CAST(x'c3c3ff' AS TEXT)", "week.name isn’t UTF-8"),
    "a name with a NUL": ("UPDATE person SET name = 'A' || char(0) || 'da'", "person.name holds a NUL"),
    "a note that is no JSON": (
        "UPDATE audit SET after = '{' WHERE after IS NOT NULL",
        "audit.after can’t be read: “{”",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_restore_of_values_that_no_page_could_show_is_refused(played: Shell, what: str) -> None:
    statement, flaw = UNREADABLE[what]
    file = forge(played, statement)

    sentence = played.refusal("restore", file)

    assert sentence == f"{file} is damaged: {flaw}. Nothing was changed."
    assert [name for name in names(played.home) if ".part" in name] == []
