"""Files that appear whole or not at all: written beside their name, flushed to disk, then renamed."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BESIDE = ("-journal", "-wal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database."""


@contextmanager
def part_of(target: Path, mode: int = 0o600) -> Iterator[Path]:
    """Give an empty file beside the target for an atomic replacement: write, fsync, rename, fsync of the directory.

    Nothing is left under its own name. What killed processes left behind is removed first: a living one holds a lock
    on its part. `mode` is lessened by the umask.
    """
    sweep(target)
    part, descriptor = _begin(target, mode)
    try:
        yield part
    finally:
        _remove(part)
        os.close(descriptor)


def _begin(target: Path, mode: int) -> tuple[Path, int]:
    while True:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if part.exists():
            return part, descriptor
        os.close(descriptor)  # somebody swept it before it was locked


def sweep(target: Path) -> None:
    """Remove the parts of this target that killed processes left behind, and what SQLite kept beside them."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.part")
    with suppress(OSError):
        for name in os.listdir(target.parent):  # noqa: PTH208 (names are enough)
            if pattern.fullmatch(name):
                _remove_stale(target.with_name(name))


def _remove_stale(part: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(part)
        finally:
            os.close(descriptor)


def _remove(part: Path) -> None:
    # The part itself last: as long as it is there, what lies beside it is found again.
    for ending in (*BESIDE, ""):
        part.with_name(part.name + ending).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
