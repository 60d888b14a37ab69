"""Files people take away: written whole or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.errors import NotFound
from app.services.operations.whole_files import part_of

STDOUT = "-"


@contextmanager
def written(path: str) -> Iterator[IO[str]]:
    """A file that appears under its name whole, on disk, when the block ends; `-` is standard output."""
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise NotFound(f"There’s no directory {target.parent} to write {target.name} in.")
    if path == STDOUT:
        yield sys.stdout
        sys.stdout.flush()
    elif target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="") as file:
            yield file
    else:
        with part_of(target, mode=0o666) as part:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
