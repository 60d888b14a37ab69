"""An installation of the test's own, and a shell to run commands in."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.config import PROJECT
from app.main import routes
from tests.sqlite import SQLite

routes()  # error pages name them, also where no application is made


RULES_FILE = PROJECT / "scoring_rules.toml"
ROSTER = "team,name,email\nOwls,Ada Lovelace,ada@example.com\nOwls,Bo,bo@example.com\nCats,Dua,dua@example.com\n"


@dataclass(frozen=True)
class Shell:
    """Runs commands on one installation; `home` is where they keep their data, `desk` where people keep files."""

    home: Path
    desk: Path

    @property
    def ledger(self) -> Path:
        """The SQLite file."""
        return self.home / "assembly-week.sqlite3"

    def run(self, *words: str | Path) -> Result:
        """Run a command, whatever comes of it; an exception nobody expects is raised."""
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

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
    for name in os.environ:
        if name.startswith("ASSEMBLY_WEEK_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ASSEMBLY_WEEK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ASSEMBLY_WEEK_RULES_FILE", str(RULES_FILE))
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path / "data", tmp_path)


@pytest.fixture
def open_week(shell: Shell, sqlite: SQLite) -> Shell:
    """The same, with the week q3-2022 open and two teams in it; the first command finds the tables there."""
    sqlite.copy_scene("bare", shell.ledger)
    shell.open_week()
    return shell
