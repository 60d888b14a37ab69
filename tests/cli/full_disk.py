"""Commands on a disk that fills up after the first three: `python -m tests.cli.full_disk ROOM`, the disk being ROOM.

Each is a fork of this process, which has imported the program once for all of them, and says its words in its place.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from app import cli
from tests.cli.forking import be, import_program

MIB = 2**20
LEFTOVERS = ("*.part*", "full", "*.replaced-*", "secret_key*")


def run(*words: str | Path) -> int:
    """Run a command; its exit status."""
    sys.stdout.flush()
    if (pid := os.fork()) == 0:
        os.dup2(1, 2)
        be([str(word) for word in words])
        cli.main()
        sys.exit()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fill(file: Path) -> None:
    """Write until nothing more fits."""
    with suppress(OSError), file.open("wb", buffering=0) as full:
        while True:
            full.write(bytes(MIB))


def tell(*words: object) -> None:
    """Say something beside what the commands say."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main(room: Path) -> None:
    """Fill the database and the disk, run every command, tell what they left, and make room again."""
    (room / "data").mkdir(0o700)
    run("migrate") or run("backup", room / "copy") or run("backup", room / "later")
    fill(room / "fill")
    tell("FULL")
    for words in (
        ("week", "list"), ("token", "create", "--name", "x", "--scope", "read"), ("backup", room / "full"),
        ("backup", room / "later", "--force"), ("restore", room / "copy"), ("backup",), ("serve", "--port", "0"),
        ("demo", "--port", "0"),
    ):  # fmt: skip
        tell("status", run(*words))
    for pattern in LEFTOVERS:
        for path in room.rglob(pattern):
            tell(path)
    (room / "fill").unlink()
    run("verify")


if __name__ == "__main__":
    import_program()
    main(Path(sys.argv[1]))
