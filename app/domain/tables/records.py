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


def read_records(text: str, separator: str, most: int | None = None) -> Iterator[Record]:
    """The records of a text, each with the number of its first line (1-based); lines end with LF, CRLF or CR alone.

    Blank lines, and those of separators alone, are passed over: a million of them at no cost to speak of. `most` is how
    many characters are read after the blank lines at the beginning. Raises BrokenRecord for quotes that are not closed,
    and for a record of more than LONGEST characters.
    """
    feed = _Feed(text, separator, most)
    spaced = _SPACED_QUOTE.search(feed.text) is not None
    reader = csv.reader(feed, strict=True, delimiter=separator, skipinitialspace=spaced)
    while True:
        feed.left = LONGEST
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BrokenRecord(feed.first, _reason(str(error))) from None
        if cells is None:
            return
        yield feed.first, cells


def is_blank(cells: Iterable[str]) -> bool:
    """Tell whether no cell of a record holds anything."""
    return not any(cell and not cell.isspace() for cell in cells)


def _reason(error: str) -> str:
    return next((reason for part, reason in _REASONS if part in error), error)


class _Feed:
    """Lines for a reader that takes as many as a quoted cell spans, until one record has taken too many.

    `left` is how many characters the record may still take; LONGEST says that it has not begun. `first` is the number
    of its first line.
    """

    def __init__(self, text: str, separator: str, most: int | None) -> None:
        self._blank = re.compile(rf'(?:[\s{re.escape(separator)}]++|(?<!")""(?!"))*+')
        start = self._after_blank(text, 0)
        self._number = _count_lines(text, 0, start)
        self.text = text[start : None if most is None else start + most]
        self._lines = StringIO(self.text, newline="")
        self.first, self.left = 1, LONGEST

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if self.left == LONGEST:
            if self._blank.fullmatch(line):
                line = self._pass_over_blank()
            self.first = self._number + 1
        self._number += 1
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error(f"it is longer than {LONGEST:,} characters")
        return line

    def _pass_over_blank(self) -> str:
        """The first line that is not blank after one that is."""
        at = self._lines.tell()
        stop = self._after_blank(self.text, at)
        self._number += 1 + _count_lines(self.text, at, stop)
        self._lines.seek(stop)
        return next(self._lines)

    def _after_blank(self, text: str, at: int) -> int:
        """The beginning of the first line from a place on that is not blank; the end where all are."""
        blank = self._blank.match(text, at)
        stop = blank.end() if blank else at
        return stop if stop == len(text) else max(at, *(text.rfind(each, at, stop) + 1 for each in "\r\n"))


def _count_lines(text: str, start: int, end: int) -> int:
    """The number of line ends between two places, neither of them between CR and LF."""
    return sum(text.count(each, start, end) for each in "\r\n") - text.count("\r\n", start, end)
