"""Reading of tables: rows as cells by column, each with its line, and the mistakes in their shape."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.tables import formulas
from app.domain.tables import header as headers
from app.domain.tables.decoding import NOT_UTF8, is_whole
from app.domain.tables.header import Header, Layout
from app.domain.tables.records import SEPARATORS, BrokenRecord, is_blank, read_records

EMPTY = "The list is empty. The line above the rows must name the columns {}."


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of its first line (1-based), and its cells by column; an empty text where it has none.

    A cell that our exports had to defuse reads as it was.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Misshapen:
    """A row that cannot be taken apart: its line, and a sentence."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns of a table as somebody chose them, by place; `headed` says whether its first row names them."""

    columns: tuple[str | None, ...]
    headed: bool = True


class HeaderUnclear(Exception):
    """No line names the columns a list must have; `header` is the likeliest one, None for an empty list."""

    def __init__(self, line: int, sentence: str, header: Header | None) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence
        self.header = header


class Table:
    """A table of a layout. Iterating gives its rows in order; blank ones are passed over.

    Raises HeaderUnclear where nothing says which column is which.
    """

    def __init__(self, text: str, layout: Layout, choice: Choice | None = None) -> None:
        self._text, self._layout = text, layout
        self.header = _chosen(text, layout, choice) if choice else _found(text, layout)
        self._first = self.header.line + (1 if choice is None or choice.headed else 0)
        self._joined = self.header.joined(layout)
        self._has_bad_bytes = not is_whole(text)

    @property
    def notes(self) -> list[str]:
        """Sentences about what was read otherwise than it may have been meant."""
        joined = self._joined if any(self.header.headings) else {}
        together = [
            f"Put {headers.named([self.header.shown(place) for place in places])} together as {name}."
            for name, places in joined.items()
        ]
        strange = self.header.unread(self._layout)
        if not strange:
            return together
        return [*together, f"Ignored the {'column' if len(strange) == 1 else 'columns'} {headers.named(strange)}."]

    def __iter__(self) -> Iterator[Row | Misshapen]:
        places = [(name, place) for place, name in enumerate(self.header.columns) if name in self._layout.names]
        blank = dict.fromkeys(self._layout.names, "")
        needed = {place for name, place in places if name in self._layout.required}
        last_needed = max(needed.union(*self._joined.values()), default=-1)
        width = len(self.header.headings)
        try:
            for line, cells in read_records(self._text, self.header.separator):
                if line < self._first or is_blank(cells):
                    continue
                if sentence := self._flaw(cells, width, last_needed):
                    yield Misshapen(line, sentence)
                    continue
                here = len(cells)
                by_column = {name: formulas.restore(cells[place]) for name, place in places if place < here}
                for name, parts in self._joined.items():
                    by_column[name] = _together(
                        [formulas.restore(cells[place]).strip() for place in parts], name in self.header.columns
                    )
                yield Row(line, {**blank, **by_column})
        except BrokenRecord as broken:
            yield Misshapen(broken.line, broken.sentence)

    def _flaw(self, cells: Sequence[str], width: int, last_needed: int) -> str:
        if self._has_bad_bytes and not all(map(is_whole, cells)):
            return NOT_UTF8
        if len(cells) <= last_needed or not is_blank(cells[width:]):
            number = len(cells)
            return (
                f"This line has {number:,} {'cell' if number == 1 else 'cells'}, the line of the columns has {width:,}."
            )
        return ""


def _together(parts: list[str], is_maybe_whole: bool) -> str:
    """The parts of a cell with spaces between; a last one that holds the first already may be the whole."""
    *before, last = parts
    if is_maybe_whole and all(each in last.replace(",", " ").split() for each in before):
        return last
    return " ".join(filter(None, parts))


def _found(text: str, layout: Layout) -> Header:
    header = headers.find(text, layout)
    if header is None:
        raise _nothing(text, layout)
    if header.missing(layout) or header.twice:
        raise HeaderUnclear(header.line, headers.refusal(text, header, layout), header)
    return header


def _nothing(text: str, layout: Layout) -> HeaderUnclear:
    """The refusal of a text without a row: it is empty, or its first row can't be read."""
    try:
        deque(read_records(text, SEPARATORS[0]), maxlen=0)
    except BrokenRecord as broken:
        return HeaderUnclear(broken.line, broken.sentence, None)
    return HeaderUnclear(1, EMPTY.format(", ".join(layout.required)), None)


def _chosen(text: str, layout: Layout, choice: Choice) -> Header:
    header = headers.first(text, layout)
    if header is None:
        raise _nothing(text, layout)
    columns = [name if name in layout.choices else None for name in choice.columns[: len(header.headings)]]
    columns += [None] * (len(header.headings) - len(columns))
    headings = header.headings if choice.headed else ("",) * len(header.headings)
    chosen = Header(header.line, headings, tuple(columns), header.separator)
    if chosen.missing(layout) or chosen.twice:
        raise HeaderUnclear(header.line, headers.refusal(text, chosen, layout), chosen)
    return chosen
