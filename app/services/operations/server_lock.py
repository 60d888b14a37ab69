"""The lock a server holds on its SQLite data: one server at a time, and no restore under its feet."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict

LOCK_NAME = "server.lock"


@contextmanager
def held(path: Path, refusal: str) -> Iterator[None]:
    """Hold the lock while the block runs; the kernel lets go of it however the process ends. Raises Conflict."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Opened for reading, which flock is content with: the file may belong to another user, such as root.
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(refusal) from None
        yield
    finally:
        os.close(descriptor)
