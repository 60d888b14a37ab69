"""Records of a table: cells parted by a separator, quoted where they hold one, with the number of their line."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

LONGEST = 65_536  # characters of one record
SEPARATORS = (",", ";", "\t", "|")

_SEPARATOR_LINE = re.compile(r'\s*"?sep=([,;\t|])"?\s*', re.IGNORECASE)
_SPACED_QUOTE = re.compile(r'[,;\t|] +"')
_REASONS = (
    ("unexpected end of data", "a quotation mark opens here and is never closed"),
    ("expected after", "something stands between a closing quotation mark and the next separator"),
    ("field larger", f"it is longer than {LONGEST:,} characters"),
)


class BrokenRecord(Exception):
    """The table cannot be read on from this line (1-based), and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.sentence = f"This line isn’t valid CSV: {reason}."


Record = tuple[int, list[str]]


def separator_line(text: str) -> str | None:
    """The separator that a first line such as `sep=;` names; None where there is no such line."""
    first = text.lstrip("\r\n\ufeff")[:20].splitlines()
    match = _SEPARATOR_LINE.fullmatch(first[0]) if first else None
    return match[1] if match else None


def read_records(text: str, separator: str) -> Iterator[Record]:
    """The records of a text, each with the number of its first line (1-based); lines end with LF, CRLF or CR alone.

    Raises BrokenRecord for quotes that are not closed, and for a record of more than LONGEST characters.
    """
    feed = _Feed(StringIO(text, newline=""))
    spaced = _SPACED_QUOTE.search(text) is not None
    reader = csv.reader(feed, strict=True, delimiter=separator, skipinitialspace=spaced)
    while True:
        line = reader.line_num + 1
        feed.left = LONGEST
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BrokenRecord(line, _reason(str(error))) from None
        if cells is None:
            return
        yield line, cells


def is_blank(cells: Iterable[str]) -> bool:
    """Tell whether no cell of a record holds anything."""
    return not any(cell and not cell.isspace() for cell in cells)


def _reason(error: str) -> str:
    return next((reason for part, reason in _REASONS if part in error), error)


class _Feed:
    """Lines for a reader that takes as many as a quoted cell spans, until one record has taken too many."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.left = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error(f"it is longer than {LONGEST:,} characters")
        return line
