"""The drill of docs/operations.md, step by step as it stands there, in a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import PROJECT
from tests.cli.conftest import Shell
from tests.cli.processes import for_scripts
from tests.cli.test_restores import ISSUE

BASH = shutil.which("bash") or "bash"
PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
# Another machine is another directory here: scp copies, and commands are this program's.
AROUND = """
set -euo pipefail
scp() { test "$1" = -p; cp -p ${2#week.example.com:} "$3"; }
assembly-week() { %s "$@"; }
"""


def steps() -> list[str]:
    """The commands of each step of the drill."""
    section = PAGE.partition("## The drill\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?m)(?:^ {7,}\S.*\n)+", section)
    return [re.sub(r"(?m)^ {7}", "", block) for block in blocks]


@pytest.mark.timeout(120)
def test_drill_brings_a_backup_to_another_machine_and_leaves_nothing(open_week: Shell) -> None:
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", ISSUE))
    server = open_week.desk / "var" / "lib" / "assembly-week"
    server.parent.mkdir(parents=True)
    open_week.home.rename(server)
    command, environment, descriptors = for_scripts()
    (open_week.desk / "tmp").mkdir()
    commands = re.sub("/(?=var/lib/|tmp/)", f"{open_week.desk}/", "\n".join(steps()))
    script = f"{AROUND % command}\n{commands}"
    del environment["ASSEMBLY_WEEK_DATA_DIR"]

    drill = subprocess.run(  # noqa: S603 (the page's words)
        [BASH, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        pass_fds=descriptors,
        cwd=open_week.desk,
        check=False,
    )

    assert (drill.returncode, len(steps())) == (0, 5), drill.stderr
    said = drill.stdout.splitlines()
    copies = sorted(path.suffix for path in Path(f"{server}-backups").iterdir())
    assert [line for line in said if "OK" in line] == [
        "OK: 1 backup is as made.",
        next(line for line in said if line.endswith(".sqlite3: OK")),
        "OK: q3-2022 matches the ledger.",
    ]
    assert drill.stderr.count("real\t") == 3
    assert (copies, list((open_week.desk / "tmp").iterdir())) == ([".lock", ".sha256", ".sqlite3"], [])
