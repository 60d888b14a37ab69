"""Files that appear whole or not at all, and what is left when a process is killed over one."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.config import PROJECT
from app.services.operations.whole_files import part_of, sweep

WRITER = """
import sys, time
from pathlib import Path
from app.services.operations.whole_files import part_of
with part_of(Path(sys.argv[1])) as part:
    part.write_text("half")
    part.with_name(part.name + "-journal").touch()
    print(part.name, flush=True)
    time.sleep(60)
"""


def names(directory: Path) -> list[str]:
    """The names in a directory."""
    return sorted(path.name for path in directory.iterdir())


@contextmanager
def writing(target: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that is writing a part of the target; the part's name."""
    command = [sys.executable, "-c", WRITER, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:  # noqa: S603 (our own)
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_part_of_leaves_the_target_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "week [1]?.sqlite3"
    with part_of(target) as part:
        part.write_text("whole")
        before = names(tmp_path)
        part.replace(target)
    with suppress(ZeroDivisionError), part_of(target) as part:
        part.with_name(f"{part.name}-wal").touch()
        1 / 0  # noqa: B018 (fails on purpose)

    assert (names(tmp_path), target.read_text()) == ([target.name], "whole")
    assert before[0].startswith(f".{target.name}.")


def test_part_of_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with part_of(tmp_path / "secret") as private, part_of(tmp_path / "export", mode=0o666) as shared:
            modes = [stat.S_IMODE(part.stat().st_mode) for part in (private, shared)]
    finally:
        os.umask(before)

    assert modes == [0o600, 0o666]


def test_sweep_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    target = tmp_path / "ledger"
    with writing(target) as (process, part):
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = names(tmp_path)

    sweep(target)

    assert (left, names(tmp_path)) == ([part, f"{part}-journal"], [])


def test_part_of_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    target = tmp_path / "ledger"
    with writing(target) as (process, _part):
        process.kill()
        process.wait()

    with part_of(target) as part:
        assert names(tmp_path) == [part.name]


def test_sweep_leaves_what_a_living_process_writes_and_what_is_another_files(tmp_path: Path) -> None:
    target = tmp_path / "ledger"
    others = [".ledger.part", ".ledger.0123456.part", ".ledger.0123456789.part", ".ledger2.01234567.part", "ledger"]
    for name in others:
        (tmp_path / name).touch()
    with writing(target) as (_process, part):
        sweep(target)

        assert names(tmp_path) == sorted([*others, part, f"{part}-journal"])
