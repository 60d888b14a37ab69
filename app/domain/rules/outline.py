"""Line numbers of every key of a TOML text, and a check that it is flat enough to be parsed."""

# `tomllib` tells no lines, and it needs minutes and gigabytes for a long dotted key: so this reads the text first.

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import count

from app.domain.rules.limits import MAX_NESTING, MAX_TABLES
from app.domain.rules.model import Mistake
from app.domain.rules.wording import Path, dotted

TOO_MANY_TABLES = f"The file has more than {MAX_TABLES} tables, and this is the first beyond: remove some."

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"[ \t\n]*(?:#[^\n]*[ \t\n]*)*")
_LINE_END = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_OPENING = re.compile(r"\[\[?")
_CLOSINGS = {"[": re.compile(r"[ \t]*\]"), "[[": re.compile(r"[ \t]*\]\]")}
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_COMMA = re.compile(r",[ \t]*")
_BRACKET = re.compile(r"\]")

_BASIC = r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"'
_LITERAL = r"'[^'\n]*'"
_LONG_BASIC = r'"""[^"\\]*(?:(?:\\[\s\S]|"{1,2}(?!"))[^"\\]*)*"{3,5}'
_LONG_LITERAL = r"'''[^']*(?:'{1,2}(?!')[^']*)*'{3,5}"
_KEY_PART = re.compile(rf"[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL}")
_SCALAR = re.compile(rf"""{_LONG_BASIC}|{_LONG_LITERAL}|{_BASIC}|{_LITERAL}|[^,\[\]{{}}#"'\n=]+""")


@dataclass(frozen=True)
class Outline:
    """The line of each key, table and list entry; entries are counted from 0.

    `refusal` is the limit the text exceeds, if any. Where the text is no TOML, the outline ends there.
    """

    lines: dict[Path, int] = field(default_factory=dict)
    refusal: Mistake | None = None

    def line(self, path: Path) -> int:
        """The line of what stands at the path, or of the innermost table around it; 1 where there is none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def path_on(self, line: int) -> Path:
        """The last key that stands on a line; empty where none does."""
        return next((path for path, its_line in reversed(self.lines.items()) if its_line == line), ())


class _NotToml(Exception):
    """The text cannot be read on; `tomllib` will say why."""


class _TooMuch(Exception):
    """A limit is exceeded."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


def read_outline(text: str) -> Outline:
    """Read a text without carriage returns, at least as far as `tomllib` would read it."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _TooMuch as stop:
        return Outline(scanner.lines, stop.mistake)
    except _NotToml:
        pass
    return Outline(scanner.lines)


class _Scanner:
    """A recursive descent over the grammar of TOML 1.0 that keeps lines and drops values."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._entries: dict[Path, int] = {}
        self._tables = 0

    def document(self) -> None:
        table: Path = ()
        while True:
            self._expect(_BLANK)
            if self.at == len(self.text):
                return
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, depth=0)
            self._expect(_LINE_END)

    def _header(self) -> Path:
        line = self._line()
        opening = self._expect(_OPENING)
        self._expect(_SPACE)
        names = self._key()
        self._count_table(names)
        self._expect(_CLOSINGS[opening])
        return self._enter(names, line, adds_entry=opening == "[[")

    def _count_table(self, names: Path) -> None:
        self._tables += 1
        if self._tables > MAX_TABLES:
            self._refuse(names, TOO_MANY_TABLES)

    def _enter(self, names: Path, line: int, *, adds_entry: bool) -> Path:
        """The path a header leads to: each list of tables on the way stands for its newest entry."""
        path: Path = ()
        for position, name in enumerate(names, start=1):
            path = (*path, name)
            self.lines.setdefault(path, line)
            if adds_entry and position == len(names):
                self._entries[path] = self._entries.get(path, 0) + 1
            if path in self._entries:
                path = (*path, self._entries[path] - 1)
        self.lines[path] = line
        return path

    def _pair(self, table: Path, depth: int) -> None:
        line = self._line()
        path = table
        for name in self._key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.lines[path] = line
        self._expect(_EQUALS)
        self._value(path, depth)

    def _key(self) -> Path:
        names: Path = (self._key_part(),)
        while match := _DOT.match(self.text, self.at):
            self.at = match.end()
            names = (*names, self._key_part())
            if len(names) > MAX_NESTING:
                self._refuse(names, f"A key has at most {MAX_NESTING} parts: shorten it.")
        return names

    def _key_part(self) -> str:
        part = self._expect(_KEY_PART)
        if part[0] not in "\"'":
            return part
        return part[1:-1] if part[0] == "'" or "\\" not in part else _unescaped(part)

    def _value(self, path: Path, depth: int) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening not in ("[", "{"):
            self._expect(_SCALAR)
            return
        if depth == MAX_NESTING:
            self._refuse(path, f"Lists and tables stand at most {MAX_NESTING} deep in each other: flatten this.")
        self.at += 1
        if opening == "[":
            self._list(path, depth + 1)
        else:
            self._inline_table(path, depth + 1)

    def _list(self, path: Path, depth: int) -> None:
        for index in count():
            self._expect(_BLANK)
            if self._take("]"):
                return
            self.lines[*path, index] = self._line()
            self._value((*path, index), depth)
            self._expect(_BLANK)
            if not self._take(","):
                self._expect(_BRACKET)
                return

    def _inline_table(self, path: Path, depth: int) -> None:
        self._expect(_SPACE)
        if self._take("}"):
            return
        while True:
            self._pair(path, depth)
            self._expect(_SPACE)
            if self._take("}"):
                return
            self._expect(_COMMA)

    def _expect(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _NotToml
        self.at = match.end()
        return match.group()

    def _take(self, character: str) -> bool:
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def _line(self) -> int:
        return bisect_left(self._newlines, self.at) + 1

    def _refuse(self, path: Path, message: str) -> None:
        raise _TooMuch(Mistake(self._line(), dotted(path), message))


def _unescaped(quoted: str) -> str:
    try:
        return str(tomllib.loads(f"key = {quoted}")["key"])
    except tomllib.TOMLDecodeError:
        raise _NotToml from None
