"""The file of an archive: gzipped lines of JSON, the first says what is in it, the last has their checksum."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple

from app.errors import Malformed

NAME: Final = "assembly-week"
FORMAT: Final = 1
"""The format that this version writes, and the newest it reads; docs/archive.md describes it."""

Row = dict[str, Any]


class Limits(NamedTuple):
    """The most bytes that an archive may have once unpacked, and one of its lines."""

    unpacked: int
    line: int = 16 * 2**20  # the frozen board of a thousand teams has half a megabyte


FROM_A_FILE = Limits(2**30)
"""For commands: a week of a million activities has 400 MB."""


class Writer:
    """Writes an archive, line by line."""

    def __init__(self, out: IO[bytes], header: Mapping[str, Any]) -> None:
        # Without a time and a name in it, the same week gives the same bytes.
        self._zip = gzip.GzipFile("", "wb", 6, out, mtime=0)
        self._digest, self._lines = sha256(), 0
        self._write({"archive": NAME, "format": FORMAT, **header})

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row of a table."""
        self._write({table: row})

    def close(self) -> None:
        """Write the last line, by which a reader knows that the archive is whole."""
        self._put({"end": {"lines": self._lines, "sha256": self._digest.hexdigest()}})
        self._zip.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._digest.update(self._put(line))
        self._lines += 1

    def _put(self, line: Mapping[str, Any]) -> bytes:
        content = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._zip.write(content)
        return content


def lines(file: IO[bytes], limits: Limits = FROM_A_FILE) -> Iterator[Row]:
    """The lines of an archive but the last, as objects; the first is its header.

    Unpacks no more than the limits say. Raises Malformed for a file that is torn, changed, too large, of a newer
    format or no archive at all; that it is whole is known at the end.
    """
    file.seek(0)
    digest, count, ending = sha256(), 0, None
    for raw in _raw_lines(file, limits):
        if ending is not None:
            raise Malformed("This archive was changed: something stands after its end.")
        row = _object(raw, count)
        if count == 0:
            _check_header(row)
        if row.keys() == {"end"}:
            ending = row["end"]
            continue
        digest.update(raw)
        count += 1
        yield row
    if ending is None:
        raise Malformed(_TORN if count else _NONE)
    if ending != {"lines": count, "sha256": digest.hexdigest()}:
        raise Malformed("This archive was changed after it was made: its checksum differs. Export the week again.")


_TORN = "This archive is torn: its end is missing. Copy it again, or export the week again."
_NONE = "This isn’t an archive of Assembly Week. Export one with `assembly-week archive export`."


def _raw_lines(file: IO[bytes], limits: Limits) -> Iterator[bytes]:
    left = limits.unpacked
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            while raw := unpacked.readline(min(limits.line, left) + 1):
                left -= len(raw)
                if len(raw) > limits.line or left < 0:
                    raise Malformed(
                        f"This archive is too large: it has more than {limits.unpacked // 2**20:,} MiB once unpacked, "
                        f"or a line of more than {limits.line // 2**20} MiB."
                    )
                yield raw
    except EOFError:
        raise Malformed(_TORN) from None
    except gzip.BadGzipFile as error:
        raise Malformed(_NONE if "Not a gzipped" in str(error) else _DAMAGED) from None
    except (OSError, zlib.error):
        raise Malformed(_DAMAGED) from None


_DAMAGED = "This archive is damaged and can’t be unpacked. Copy it again, or export the week again."


def _object(raw: bytes, count: int) -> Row:
    try:
        row = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        row = None
    if not raw.endswith(b"\n") or not isinstance(row, dict):
        raise Malformed(f"Line {count + 1} of this archive isn’t one JSON object. Export the week again.")
    return row


def _refuse(text: str) -> None:
    raise ValueError(text)


def _check_header(row: Row) -> None:
    if row.get("archive") != NAME:
        raise Malformed(_NONE)
    number = row.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise Malformed(_NONE)
    if number > FORMAT:
        raise Malformed(
            f"This archive has format {number}, and this version of Assembly Week reads up to {FORMAT}. Update "
            "Assembly Week, then import it."
        )
