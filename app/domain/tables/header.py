"""Header rows: which column of a table is which, however its heading is spelled, and where the header is."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from app.domain.tables.records import LONGEST, SEPARATORS, BrokenRecord, Record, is_blank, read_records, separator_line

LONGEST_QUOTE = 80
_LOOKED_AT = 20  # records at the beginning among which the header is looked for: titles and empty lines come before it
_LONGEST_HEADING = 200
_MOST_COLUMNS = 1_000
_MOST_NAMED = 8
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")  # `Email Address [Required]`


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its name, further headings people give it, and whether a list must have it.

    `parts` are columns that stand for it where it is missing, or the first of them for what is missing in it.
    """

    name: str
    also: tuple[str, ...] = ()
    required: bool = True
    parts: tuple["Column", ...] = ()


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of list, in the order in which they are told."""

    columns: tuple[Column, ...]

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that a list must have."""
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The names of all columns and of their parts, each part after what it is a part of."""
        return tuple(column.name for column in self._every)

    @cached_property
    def _every(self) -> tuple[Column, ...]:
        return tuple(each for column in self.columns for each in (column, *column.parts))

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {fold(name): name for name in self.choices}

    @cached_property
    def _other(self) -> dict[str, str]:
        return {fold(heading): column.name for column in self._every for heading in column.also}

    def match(self, cells: Sequence[str]) -> list[str | None]:
        """The column each heading means; None for one that means none.

        A name comes before what else a column is called, and both before a heading with something in brackets.
        """
        headings = [cell[:_LONGEST_HEADING] for cell in cells[:_MOST_COLUMNS]]
        folded = [fold(heading) for heading in headings]
        bare = [fold(_BRACKETS.sub("", heading)) for heading in headings]
        columns: list[str | None] = [None] * len(headings)
        for known, keys in ((self._exact, folded), (self._other, folded), (self._exact | self._other, bare)):
            named = set(columns)
            for place, key in enumerate(keys):
                if columns[place] is None and (name := known.get(key)) not in named:
                    columns[place] = name
        return columns


@dataclass(frozen=True, slots=True)
class Header:
    """The header found: its line, its headings, the column each means, and the separator of its table."""

    line: int
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]
    separator: str

    def missing(self, layout: Layout) -> list[str]:
        """The names of columns that a list must have and this one lacks."""
        return [name for name in layout.required if name not in self.columns and name not in self.joined(layout)]

    def joined(self, layout: Layout) -> dict[str, tuple[int, ...]]:
        """The columns that are put together, each by the places of its parts, in order.

        Where a column is there beside the first of its parts alone, it is what comes after that part: Name and Vorname.
        """
        places = {name: place for place, name in enumerate(self.columns) if name is not None}
        found: dict[str, tuple[int, ...]] = {}
        for column in layout.columns:
            parts = tuple(places[part.name] for part in column.parts if part.name in places)
            if column.name not in places and parts and len(parts) == len(column.parts):
                found[column.name] = parts
            elif column.name in places and len(parts) == 1 and column.parts[0].name in places:
                found[column.name] = (*parts, places[column.name])
        return found

    @property
    def twice(self) -> list[str]:
        """The names of columns that are there more than once."""
        return [name for name in dict.fromkeys(self.columns) if name is not None and self.columns.count(name) > 1]

    @property
    def is_row(self) -> bool:
        """True for a line that reads like a row: an email or login is in it, or a date or number begins a cell."""
        return any("@" in text or text.strip()[:1].isdigit() for text in self.headings)

    def unread(self, layout: Layout) -> list[str]:
        """The headings of further columns, which nobody reads."""
        read = {place for places in self.joined(layout).values() for place in places}
        read |= {place for place, name in enumerate(self.columns) if name in layout.names}
        return [self.shown(place) for place, text in enumerate(self.headings) if place not in read and text.strip()]

    def shown(self, place: int) -> str:
        """A heading with single spaces."""
        return " ".join(self.headings[place].split())


def fold(heading: str) -> str:
    """A heading as compared: letters and digits alone and no accents, so that `E-mail Address` is `email_address`."""
    text = unicodedata.normalize("NFKD", heading[:_LONGEST_HEADING]).casefold()
    return "".join(character for character in text if character.isalnum())


def find(text: str, layout: Layout) -> Header | None:
    """The header of a text: the first record that has all columns it must; else the one that has most of them.

    None for a text that holds nothing.
    """
    forced = separator_line(text)
    found = [header for each in ([forced] if forced else SEPARATORS) for header in _candidates(text, each, layout)]
    whole = [header for header in found if not header.missing(layout)]
    if whole:
        return min(whole, key=lambda header: (header.line, -_known(header), -len(header.headings)))
    return max(found, key=lambda header: (_known(header), -header.line, len(header.headings)), default=None)


def first(text: str, layout: Layout) -> Header | None:
    """The first record of a text that holds anything, as its header, whatever it says: where somebody says so."""
    forced = separator_line(text)
    found = [next(_candidates(text, each, layout), None) for each in ([forced] if forced else SEPARATORS)]
    headers = [header for header in found if header is not None]
    return max(headers, key=lambda header: len(header.headings), default=None)


def _candidates(text: str, separator: str, layout: Layout) -> Iterator[Header]:
    for line, cells in islice(_records(text, separator), _LOOKED_AT):
        yield Header(line, tuple(cells[:_MOST_COLUMNS]), tuple(layout.match(cells)), separator)


def _records(text: str, separator: str) -> Iterator[Record]:
    """The first records that hold anything, without a line that names the separator; none after a broken one."""
    records = _unbroken(read_records(text, separator, _LOOKED_AT * LONGEST))
    is_named = separator_line(text) is not None
    for record in records:
        if not is_blank(record[1]):
            if not is_named:
                yield record
            is_named = False


def _unbroken(records: Iterable[Record]) -> Iterator[Record]:
    try:
        yield from records
    except BrokenRecord:
        return


def _known(header: Header) -> int:
    return len({column for column in header.columns if column is not None})


def refusal(text: str, header: Header, layout: Layout) -> str:
    """Say what the header reads and what it lacks, or has twice."""
    sentence = f"Line {header.line} reads “{_quoted(text, header.line)}”: "
    if missing := header.missing(layout):
        names = ", ".join(missing)
        return f"{sentence}there is no column {names}. The line above the rows must name the columns {_wanted(layout)}."
    twice = ", ".join(header.twice)
    return f"{sentence}more than one column is {twice}. Rename or remove all but one."


def named(headings: Sequence[str]) -> str:
    """Headings in quotes, a long list cut short."""
    shown = [f"“{_cut(heading, 40)}”" for heading in headings[:_MOST_NAMED]]
    rest = len(headings) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _wanted(layout: Layout) -> str:
    optional = [column.name for column in layout.columns if not column.required]
    return ", ".join(layout.required) + (f" (and if wanted {', '.join(optional)})" if optional else "")


def _quoted(text: str, line: int) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", line)
    return _cut(lines[line - 1].strip().replace("\t", " ⇥ "), LONGEST_QUOTE)


def _cut(text: str, longest: int) -> str:
    shown = "".join(each if each.isprintable() else "�" for each in text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
