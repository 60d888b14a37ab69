"""Reading a rules file table by table: every mistake is reported, none stops the reading."""

# Where a value is missing or wrong, a stand-in of the right type is handed out. A file with mistakes makes no rules, so
# nobody ever sees one.

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain.rules.limits import MAX_NAME
from app.domain.rules.report import Report
from app.domain.rules.values import has_invisible
from app.domain.rules.wording import Path, quoted

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


class Section:
    """One table of the file, with the keys it may have (None: any)."""

    def __init__(self, report: Report, path: Path, values: dict[str, object], keys: Sequence[str] | None) -> None:
        self.report = report
        self._path = path
        self._values = values
        self._misspelled: set[str] = set()
        if keys is not None:
            self._check_keys(keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys the table has, in file order."""
        return tuple(self._values)

    def at(self, key: str) -> Path:
        """The path of a key of this table."""
        return (*self._path, key)

    def mentions(self, key: str) -> bool:
        """Tell whether the key is there, be it misspelled."""
        return key in self._values or key in self._misspelled

    def required(self, key: str, wanted: str) -> object | None:
        """The value of a key; a mistake where it is missing, unless it is misspelled, which is reported already."""
        if not self.mentions(key):
            self.report.add(self.at(key), f"Add {key}: {wanted}.")
        return self._values.get(key)

    def whole(self, key: str, low: int, high: int) -> int:
        """A required whole number; `high` stands in."""
        self.required(key, _range(low, high))
        number = self.whole_or_none(key, low, high)
        return high if number is None else number

    def whole_or_none(self, key: str, low: int, high: int, why: str = "") -> int | None:
        """A whole number, None where it is absent; `high` stands in where it is wrong."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.report.wrong(self.at(key), _range(low, high) + why, value)
        return high

    def label(self, key: str) -> str:
        """A required text for people to read: one line of 1 to 60 characters, stripped; empty where it is wrong."""
        text = self.required_text(key, f"a text of 1 to {MAX_NAME} characters")
        if text is None:
            return ""
        if has_invisible(text):
            self.report.add(self.at(key), "Remove the line breaks and invisible characters from this text.")
            return ""
        label = text.strip()
        if not 1 <= len(label) <= MAX_NAME:
            self.report.add(self.at(key), f"Write 1 to {MAX_NAME} characters; these are {len(label):,}.")
            return ""
        return label

    def required_text(self, key: str, wanted: str) -> str | None:
        """A required text; None where it is missing or no text."""
        return self.required_parsed(key, str, wanted)

    def required_parsed(self, key: str, parse: Callable[[str], T | None], wanted: str) -> T | None:
        """A required text with a form of its own; None where it is missing or wrong."""
        self.required(key, wanted)
        return self.parsed(key, parse, wanted)

    def parsed(self, key: str, parse: Callable[[str], T | None], wanted: str) -> T | None:
        """A text with a form of its own; None where it is absent or wrong."""
        value = self._values.get(key)
        result = parse(value) if isinstance(value, str) else None
        if value is not None and result is None:
            self.report.wrong(self.at(key), wanted if isinstance(value, str) else f"{wanted}, in quotes", value)
        return result

    def word(self, key: str, options: Sequence[Word], default: Word | None = None) -> Word:
        """One of some words, required where there is no default."""
        if default is None:
            self.required(key, f"one of {quoted(options)}")
        value = self._values.get(key)
        if value is None:
            return default or options[0]
        return self.report.one_of(self.at(key), value, options)

    def table(self, key: str, keys: Sequence[str] | None) -> "Section | None":
        """A table in this one; None where it is absent or no table."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return Section(self.report, self.at(key), value, keys)
        if value is not None:
            wanted = f"one table here, as in {key} = {{ … }} or under a header in single brackets"
            self.report.wrong(self.at(key), wanted, value)
        return None

    def tables(self, key: str, keys: Sequence[str]) -> "list[Section]":
        """The tables under [[key]]; entries that are no tables are left out."""
        wanted = f"tables here, each under the header [[{key}]] with two brackets"
        sections = []
        for path, value in self.entries(key, wanted):
            if isinstance(value, dict):
                sections.append(Section(self.report, path, value, keys))
            else:
                self.report.wrong(path, wanted, value)
        return sections

    def entries(self, key: str, wanted: str) -> list[tuple[Path, object]]:
        """The entries of a list, each with its path; none where the key is absent or no list."""
        value = self._values.get(key)
        if value == []:
            self.report.add(self.at(key), f"This list is empty: fill it, or leave {key} out.")
        if isinstance(value, list):
            return [((*self.at(key), index), entry) for index, entry in enumerate(value)]
        if value is not None:
            self.report.wrong(self.at(key), wanted, value)
        return []

    def _check_keys(self, keys: Sequence[str]) -> None:
        for key in self._values:
            meant = None if key in keys else self.report.unknown(self.at(key), "key", key, keys)
            if meant:
                self._misspelled.add(meant)


def _range(low: int, high: int) -> str:
    return f"the number {low}" if low == high else f"a whole number from {low:,} to {high:,}"
