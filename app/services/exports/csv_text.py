"""CSV as it leaves: with a byte order mark, by which spreadsheets know UTF-8, and no cell that they would run."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import IO

from app.domain.tables import formulas

MARK = "\ufeff"
"""The first character of every CSV: without it a spreadsheet on Windows takes “Zoë” for “ZoÃ«”."""


def text(rows: Iterable[Iterable[object]], *, marked: bool = True) -> str:
    """Rows as CSV, with the mark before them; `marked` is False for all but the first piece of a text in pieces."""
    out = StringIO()
    write(out, rows, marked=marked)
    return out.getvalue()


def write(out: IO[str], rows: Iterable[Iterable[object]], *, marked: bool = True) -> None:
    """Write rows as CSV, with the mark before them."""
    out.write(MARK if marked else "")
    # With a lone \n as the end of a line, csv leaves a \r inside a cell unquoted.
    csv.writer(out, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)


def cell(value: object) -> object:
    """A value as a cell: text that a spreadsheet would run as a formula gets a leading '; numbers stay numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return moment(value)
        case str():
            return formulas.defuse(value)
        case _:
            return value


def moment(value: datetime) -> str:
    """A moment as every export and answer writes it: `2022-09-14T13:04:10.000000Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
