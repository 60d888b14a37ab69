"""Files people hand in and take away: read with the place of every mistake, written whole or not at all."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

from app.errors import Malformed, NotFound
from app.services.imports.bad_lines import BadLines
from app.services.operations.whole_files import part_of
from app.services.validation import MAX_BYTES

STDOUT = "-"
UTF8_MARK = b"\xef\xbb\xbf"

_EVERY = 1_000  # lines between two moves of the progress bar

Item = TypeVar("Item")


def read_lines(path: Path) -> list[str]:
    """A text file's lines. Raises Malformed with every line that is not UTF-8."""
    lines = path.read_bytes().removeprefix(UTF8_MARK).split(b"\n")
    bad = BadLines()
    for number, line in enumerate(lines, 1):
        if not _is_utf8(line):
            bad.add(number, "This line is not UTF-8. Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”).")
    if bad.count:
        rest = f" There are {bad.count:,} bad lines in all." if bad.count > 1 else ""
        raise Malformed(f"Nothing was changed. {bad.first}{rest}", **bad.document)
    return [f"{line.decode()}\n" for line in lines]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_text_lines(file: BinaryIO) -> Iterator[str]:
    """A binary file's lines as text, line ends kept; a byte that is no UTF-8 becomes half a character.

    A line longer than any record may be comes in pieces, so that no file is held whole.
    """
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        while line := text.readline(MAX_BYTES + 1):
            yield line


def counted(items: Iterable[Item], progress: Callable[[int], None]) -> Iterator[Item]:
    """The same items; `progress` hears of every thousand."""
    for number, item in enumerate(items, 1):
        if number % _EVERY == 0:
            progress(_EVERY)
        yield item


@contextmanager
def written(path: str) -> Iterator[IO[str]]:
    """A file that appears under its name whole, on disk, when the block ends; `-` is standard output."""
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise NotFound(f"There is no directory {target.parent} to write {target.name} in.")
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
