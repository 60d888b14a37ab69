"""Lists that people hand in, by whatever door: their text, their rows, and the refusal that names every mistake."""

from collections.abc import Iterator

from app.domain.tables.decoding import NotText, broken_lines, decode, not_utf8
from app.domain.tables.header import Header, Layout
from app.domain.tables.reading import Choice, HeaderUnclear, Misshapen, Row, Table
from app.domain.text import emails
from app.errors import Malformed
from app.services.imports.bad_lines import BadLines

NOTHING = "Nothing was imported."
NO_ROWS = "The list has a line of columns and nothing below it. Write a line for each row."


class ListRefused(Malformed):
    """A list with mistakes, so nothing was imported; `errors` lists the first of them, `more` counts the others.

    `header` is what was taken for the line of the columns where that is what is wrong.
    """

    title = "The list has mistakes"

    def __init__(self, bad: BadLines, *, header: Header | None = None) -> None:
        super().__init__(f"{NOTHING} {bad.sentence}", **bad.document)
        self.header = header


def text_of(raw: bytes) -> str:
    """The text of a file. Raises Malformed for one that is no text."""
    try:
        return decode(raw)
    except NotText as problem:
        raise Malformed(f"{NOTHING} {problem.sentence}") from None


def table_of(text: str, layout: Layout, choice: Choice | None = None) -> Table:
    """A text as a table of this layout. Raises ListRefused where nothing says which column is which."""
    try:
        return Table(text, layout, choice)
    except HeaderUnclear as unclear:
        bad = BadLines()
        if broken := broken_lines(text):  # headings of that text are no choice for anybody
            bad.add(broken[0], not_utf8(broken))
            raise ListRefused(bad) from None
        bad.add(unclear.line, unclear.sentence)
        raise ListRefused(bad, header=unclear.header) from None


def rows_of(table: Table, bad: BadLines, most: int) -> Iterator[Row]:
    """The rows of a table that can be taken apart, at most so many; `bad` learns of the others.

    Raises Malformed for a table without any.
    """
    number = 0
    for number, row in enumerate(table, 1):
        if number > most:
            bad.add(row.line, f"This line is one too many. A list has at most {most:,}; split it.")
            return
        if isinstance(row, Misshapen):
            bad.add(row.line, row.sentence)
        else:
            yield row
    if not number:
        raise Malformed(f"{NOTHING} {NO_ROWS}")


def repeated(email: str, line: int, line_by_email: dict[str, int]) -> list[str]:
    """Say that an e-mail is on a line above; `line_by_email` notes where each came first."""
    if not email or len(email) > emails.LONGEST:
        return []
    first = line_by_email.setdefault(email, line)
    return [] if first == line else [f"{email} is already on line {first}; keep one of them."]


def check(bad: BadLines) -> None:
    """Raise ListRefused where there is a mistake."""
    if bad.count:
        raise ListRefused(bad)
