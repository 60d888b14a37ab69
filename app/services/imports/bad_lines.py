"""Lists that people hand in: read line by line within limits, and refused with the first of their bad lines."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from app.services.validation import MAX_BYTES

MAX_BAD_LINES = 100
"""Named in one refusal; of the others only the number is told."""


class BadLines:
    """The mistakes in a list, each with its line: the first are kept, of the others only their number."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[dict[str, int | str]] = []

    def add(self, line: int, message: str) -> None:
        """Note what is wrong with a line (1-based)."""
        self.count += 1
        if len(self._first) < MAX_BAD_LINES:
            self._first.append({"line": line, "message": message})

    @property
    def first(self) -> str:
        """The first mistake as a sentence with its line."""
        return f"Line {self._first[0]['line']}: {self._first[0]['message']}"

    @property
    def document(self) -> dict[str, Any]:
        """The problem document's members: `errors`, and in `more` the number left out, where there are any."""
        more = self.count - len(self._first)
        return {"errors": self._first} | ({"more": more} if more else {})


class BrokenCSV(Exception):
    """The list cannot be read on from this line (1-based), and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.sentence = f"This line is not valid CSV: {reason}."


def read_records(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV, blank ones left out, each with the number of its first line.

    Raises BrokenCSV for quotes that are not closed, and for a record of more than MAX_BYTES characters.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    while True:
        line = reader.line_num + 1
        feed.left = MAX_BYTES
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BrokenCSV(line, str(error)) from None
        if cells is None:
            return
        if cells or line == 1:
            yield line, cells


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
            raise csv.Error(f"it is longer than {MAX_BYTES:,} characters")
        return line
