"""Checksums beside files, as `sha256sum` writes them: a copy that was cut off or changed on its way is noticed."""

import hashlib
import re
from pathlib import Path

from app.errors import Malformed
from app.services.operations.whole_files import part_of, sync

ENDING = ".sha256"
_LINE = re.compile(rb"\\?([0-9a-fA-F]{64})[ \r\n]")
_MOST = 1_000  # bytes of a checksum and the name behind it


def beside(file: Path) -> Path:
    """The place of a file's checksum."""
    return file.with_name(file.name + ENDING)


def of(file: Path) -> str:
    """A file's SHA-256 in hexadecimal. Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(file: Path, digest: str) -> None:
    """Write the checksum of what is to become this file, on disk when this returns. Raises OSError."""
    place = beside(file)
    with part_of(place) as part:
        part.write_text(f"{digest}  {file.name}\n", encoding="ascii")
        sync(part)
        part.replace(place)
        sync(place.parent)


def flaw(file: Path) -> str | None:
    """A sentence where a file is not as the checksum beside it says; None where it is, or there is none.

    Raises OSError where either can't be read.
    """
    place = beside(file)
    try:
        with place.open("rb") as stream:
            found = _LINE.match(stream.read(_MOST))
    except FileNotFoundError:
        return None
    if found is None:
        return f"{place} holds no checksum. Copy both files again, or delete it to go without."
    if of(file) != found[1].decode("ascii").lower():
        return f"{file} isn’t as it was made: {place.name} has another checksum. It was cut off or changed on its way."
    return None


def check(file: Path) -> None:
    """Raise Malformed where a file is not as the checksum beside it says."""
    if (sentence := flaw(file)) is not None:
        raise Malformed(sentence)
