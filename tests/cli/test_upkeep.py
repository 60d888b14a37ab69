"""`migrate`, `verify`, `--version`, and what goes wrong around every command."""

import getpass
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from app import __version__, cli
from app.cli.command import command
from app.cli.output import Answer, Table, Voice, visible
from app.cli.place import actor
from app.domain import actor as actors
from app.services.operations import schema
from tests.builders import SIGNING_KEY
from tests.cli.conftest import Shell

ISSUE = '{"kind":"issue","person":"%s","occurred_at":"2022-09-14T09:00:00Z","source":"github","external_id":"1"}'


def tamper(shell: Shell, statement: str) -> None:
    """Change the database behind everybody's back."""
    with closing(sqlite3.connect(shell.ledger, isolation_level=None)) as connection:
        connection.execute(statement)


def test_migrate_makes_the_database(shell: Shell) -> None:
    assert shell.text("migrate") == f"The database has the newest schema, {schema.newest()}.\n"
    assert shell.document("migrate") == {"revision": schema.newest()}
    assert shell.document("rules", "show")["version"] == 1


def test_verify_of_every_week_finds_nothing(open_week: Shell) -> None:
    assert open_week.text("verify") == "OK: q3-2022 matches the ledger.\n"
    assert open_week.document("verify", "current") == {"weeks": ["q3-2022"], "differences": []}


def test_verify_without_weeks_says_so(shell: Shell) -> None:
    assert shell.text("verify") == "No weeks yet, so there’s nothing to verify.\n"


def test_verify_prints_every_difference(open_week: Shell) -> None:
    line = ISSUE % "ada@example.com"
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", line))
    tamper(
        open_week,
        "UPDATE score SET data = (SELECT data FROM score JOIN team ON id = team_id WHERE name = 'Cats')"
        " WHERE team_id = (SELECT id FROM team WHERE name = 'Owls')",
    )

    result = open_week.run("verify")
    in_json = open_week.run("verify", "--json")

    differences = result.stdout.splitlines()
    assert (result.exit_code, in_json.exit_code) == (1, 1)
    assert result.stderr == f"{len(differences)} differences from the ledger.\n"
    assert json.loads(in_json.stdout) == {"weeks": ["q3-2022"], "differences": differences}


def test_verify_names_a_guard_of_the_ledger_that_is_gone(open_week: Shell) -> None:
    tamper(open_week, "DROP TRIGGER activity_no_delete")

    result = open_week.run("verify")

    assert (result.exit_code, result.stdout) == (1, "The database lacks the trigger “activity_no_delete”.\n")
    assert result.stderr == "1 difference from the ledger.\n"


@pytest.mark.parametrize("name", ["dd%41?x#y/data", "a b&c;'\"d", "dä ta/文", "[x]*", "file:x?mode=memory"])
def test_data_directory_of_any_name_keeps_everything(shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    home = shell.desk / "below" / name
    monkeypatch.setenv("ASSEMBLY_WEEK_DATA_DIR", str(home))

    shell.open_week()
    shell.text("backup", home / "copy?#%41.sqlite3")
    replaced = shell.document("restore", home / "copy?#%41.sqlite3")["replaced"]

    assert sorted(path.name for path in home.iterdir() if not path.name.endswith(("-wal", "-shm"))) == [
        "assembly-week.sqlite3",
        Path(replaced).name,
        "copy?#%41.sqlite3",
        "server.lock",
    ]
    assert [path.name for path in (shell.desk / "below").iterdir()] == [Path(name).parts[0]]
    assert shell.document("verify")["differences"] == []


def test_verify_of_an_unknown_week_is_refused(open_week: Shell) -> None:
    assert open_week.refusal("verify", "nope").startswith("There’s no week “nope”.")


def test_version_is_printed(shell: Shell) -> None:
    assert shell.text("--version") == f"assembly-week {__version__}\n"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BOARD_VISIBILITY", "everybody", "ASSEMBLY_WEEK_BOARD_VISIBILITY: "),
        ("DATABASE_URL", "nonsense", "ASSEMBLY_WEEK_DATABASE_URL must read "),
        ("DATABASE_URL", "mysql://u:p@h/n", "ASSEMBLY_WEEK_DATABASE_URL must read "),
        ("DATABASE_URL", "sqlite://", "ASSEMBLY_WEEK_DATABASE_URL must read "),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/x", "The database cannot be written or reached."),
        ("DATA_DIR", "/dev/null", "/dev/null can’t be written: File exists."),
        ("RULES_WATCH", "perhaps", "ASSEMBLY_WEEK_RULES_WATCH: "),
    ],
)
def test_bad_setting_is_a_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_SECRET_KEY", SIGNING_KEY)
    monkeypatch.setenv(f"ASSEMBLY_WEEK_{name}", value)

    assert shell.refusal("week", "list").startswith(sentence)


def test_database_of_a_newer_version_is_a_sentence(open_week: Shell) -> None:
    tamper(open_week, "UPDATE alembic_version SET version_num = '9999'")

    for words in (["week", "list"], ["migrate"], ["verify"], ["serve", "--port", "0"]):
        assert open_week.refusal(*words).startswith("A newer version of Assembly Week made this database:")


def test_postgresql_is_backed_up_with_its_own_tools(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_SECRET_KEY", SIGNING_KEY)
    monkeypatch.setenv("ASSEMBLY_WEEK_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    sentence = "This server keeps its ledger in PostgreSQL. Back it up with pg_dump, bring it back with pg_restore."

    assert shell.refusal("backup", "copy") == sentence
    assert shell.refusal("restore", shell.write("copy", "")) == sentence


@pytest.mark.parametrize(("name", "shown"), [("ada", "command:ada"), ("a\udcffb", "command:0"), ("", "command:0")])
def test_actor_is_the_user_or_their_number(monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    monkeypatch.setattr("os.getuid", lambda: 0)

    assert actor() == actors.command(shown)


def test_actor_without_an_account_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setattr("os.getuid", lambda: 10001)

    assert actor() == actors.command("command:10001")


def test_text_that_is_no_unicode_is_a_sentence(shell: Shell) -> None:
    assert shell.refusal("token", "revoke", "\udcff").startswith(
        "That holds characters that aren’t valid Unicode text."
    )


def test_unforeseen_error_is_not_hushed_up() -> None:
    group = typer.Typer()

    @command(group, "break")
    def break_it(_voice: Voice) -> Answer:
        """Break."""
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(group, [], catch_exceptions=False)


def test_control_characters_are_spelled_out() -> None:
    assert visible("a\x1b[31m\r\nb\tc\x9b\udcff é 文") == "a\\x1b[31m\nb\tc\\x9b\\xdcff é 文"


def test_table_is_drawn_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Voice(as_json=False, on_terminal=True).give(
        Answer({}, [Table(("team", "points"), [("[bold]Owls", 12), ("Cats\x1b", 3)])])
    )

    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["team", "points"],
        ["[bold]Owls", "12"],
        ["Cats\\x1b", "3"],
    ]


@pytest.mark.parametrize(
    ("as_json", "is_terminal", "shows"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_progress_shows_only_where_somebody_watches(
    monkeypatch: pytest.MonkeyPatch, as_json: bool, is_terminal: bool, shows: bool
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(
        "app.cli.output.Console",
        lambda **_: Console(file=screen, force_terminal=is_terminal, _environ={"TERM": "xterm"}),
    )

    with Voice(as_json).progress("Counting", total=2) as bar:
        bar.advance(1)
        bar.reach(2, 2)

    assert ("Counting" in screen.getvalue()) == shows


def test_main_ends_with_the_exit_status(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for words, status in ((["week", "list"], 0), (["week", "close", "nope"], 1), (["week", "nope"], 2)):
        monkeypatch.setattr("sys.argv", ["assembly-week", *words])

        with pytest.raises(SystemExit) as ended:
            cli.main()

        assert ended.value.code == status
