"""An installation of the test's own, and a shell to run commands in."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from app.cli.commands import app
from app.config import PROJECT
from app.main import routes
from tests.sqlite import SQLite

routes()  # error pages name them, also where no application is made


RULES_FILE = PROJECT / "scoring_rules.toml"
ROSTER = "team,name,email\nOwls,Ada Lovelace,ada@example.com\nOwls,Bo,bo@example.com\nCats,Dua,dua@example.com\n"
COMMAND = typer.main.get_command(app)  # made once, as in a process: it takes as long as most commands do


@dataclass(frozen=True)
class Result:
    """The exit status of a command, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Shell:
    """Runs commands on one installation; `home` is where they keep their data, `desk` where people keep files."""

    home: Path
    desk: Path

    @property
    def ledger(self) -> Path:
        """The SQLite file."""
        return self.home / "assembly-week.sqlite3"

    def run(self, *words: str | Path, given: str = "") -> Result:
        """Run a command that is `given` this to read, whatever comes of it; what nobody expects is raised."""
        with CliRunner().isolation(given) as (out, err, _):
            with pytest.raises(SystemExit) as end:
                COMMAND.main([str(word) for word in words], prog_name="assembly-week")
            sys.stdout.flush()
            sys.stderr.flush()
            return Result(int(end.value.code or 0), out.getvalue().decode(), err.getvalue().decode())

    def text(self, *words: str | Path) -> str:
        """Run a command that must succeed; its output."""
        result = self.run(*words)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def document(self, *words: str | Path) -> Any:
        """Run a command that must succeed with --json; its document."""
        return json.loads(self.text(*words, "--json"))

    def refusal(self, *words: str | Path) -> str:
        """The sentence of a command that must be refused."""
        result = self.run(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        return result.stderr.rstrip("\n")

    def write(self, name: str, content: str | bytes) -> Path:
        """A file on the desk."""
        path = self.desk / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def move_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the commands of this process work here."""
        for name in os.environ:
            if name.startswith("ASSEMBLY_WEEK_"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("ASSEMBLY_WEEK_DATA_DIR", str(self.home))
        monkeypatch.setenv("ASSEMBLY_WEEK_RULES_FILE", str(RULES_FILE))
        monkeypatch.chdir(self.desk)

    def open_week(self) -> None:
        """The week q3-2022, open, with two teams."""
        days = ("--starts", "2022-09-12", "--ends", "2022-09-16")
        self.text(
            "week", "create", "q3-2022", "--name", "Q3 2022", "--timezone", "America/Los_Angeles", *days, "--open"
        )
        self.text("team", "import", "q3-2022", self.write("roster.csv", ROSTER))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on an installation where nothing has happened yet."""
    shell = Shell(tmp_path / "data", tmp_path)
    shell.move_in(monkeypatch)
    return shell


@pytest.fixture
def tables(shell: Shell, sqlite: SQLite) -> None:
    """The tables of that installation, made before: that takes longer than most commands."""
    sqlite.copy_scene("bare", shell.ledger)


@pytest.fixture(scope="session")
def kept_week(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that commands wrote who opened the week q3-2022 with two teams; its tables were made before the first."""
    shell = Shell(tmp_path_factory.mktemp("open-week") / "data", tmp_path_factory.mktemp("desk"))
    sqlite.copy_scene("bare", shell.ledger)
    with pytest.MonkeyPatch.context() as patch:
        shell.move_in(patch)
        shell.open_week()
    return shell.home


@pytest.fixture
def open_week(shell: Shell, kept_week: Path) -> Shell:
    """The same, with the week q3-2022 open and two teams in it: a copy of what commands wrote."""
    shutil.copytree(kept_week, shell.home, dirs_exist_ok=True)
    shell.write("roster.csv", ROSTER)
    return shell
