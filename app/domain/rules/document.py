"""From the text of a rules file to its raw values and their lines, or to the one mistake that forbids reading it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.domain.rules.limits import MAX_BYTES, MAX_TABLES
from app.domain.rules.model import Mistake
from app.domain.rules.outline import TOO_MANY_TABLES, Outline, read_outline
from app.domain.rules.wording import Path, dotted

_PLACE = re.compile(r" \(at (?:line (?P<line>[0-9]+), column [0-9]+|end of document)\)$")
_MISSING_QUOTE = "A text ends on the line it begins: add the closing quote."
_TWICE = "This is in the file twice: keep one of the two."
_SYNTAX = (
    ("Illegal character '\\n'", _MISSING_QUOTE),
    ("Found invalid character '\\n'", _MISSING_QUOTE),
    ("Unterminated string", "A text that begins here or above is never closed: add the closing quote."),
    ("Expected \"'", "A text that begins here or above is never closed: add the closing quote."),
    ("Illegal character", "There is an invisible control character here: delete it."),
    ("Found invalid character", "There is an invisible control character here: delete it."),
    ("Unescaped", 'A backslash in "…" begins a special character: write \\\\ for a plain one.'),
    ("Invalid hex value", "After \\u come four hexadecimal digits: complete them, or write the character itself."),
    ("Escaped character", "There’s no such character: write the character itself."),
    ("Cannot overwrite", _TWICE),
    ("Cannot declare", _TWICE),
    ("Duplicate inline", _TWICE),
    ("Cannot mutate", "This adds to a table or list that is complete already: write it in one place."),
    ("Cannot redefine", "This adds to a table that has a header of its own: write the key under that header."),
    ("Expected '='", "A key is followed by = and its value, as in points = 10: complete the line."),
    ("Expected ']'", "A header is closed by a bracket, as in [team]: add it."),
    ("Expected ']]'", "A header with two brackets is closed by two, as in [[bonuses]]: add them."),
    ("Expected newline", "Nothing may follow a value on its line: remove the rest, or put the whole text in quotes."),
    ("Invalid date", "There’s no such date or time: correct it."),
    ("Invalid value (at end", "The file ends before this value is complete: add the rest, or the missing bracket."),
    ("Invalid value", 'This value can’t be read: write text in "quotes", and whole numbers in plain digits.'),
    ("Unclosed array", "A list is closed by ] and its entries are parted by commas: add what is missing."),
    ("Unclosed inline table", "A table in { } is closed by } on the same line, its keys parted by commas: fix it."),
    ("Invalid initial", "A key is missing here, or has characters that need quotes: write it, or put it in quotes."),
    ("Invalid statement", "A line begins with a key, a [header] or a # comment: fix the beginning of this line."),
)
REST = " (The rest of the file can be checked once this is fixed.)"


@dataclass(frozen=True)
class Document:
    """The values of a rules file as TOML has them, and where they stand."""

    values: dict[str, object]
    outline: Outline


def read_document(text: str) -> Document | Mistake:
    """Read TOML within the limits; a byte order mark and Windows line ends are fine. Never raises."""
    refusal = _unfit(text)
    if refusal:
        return refusal
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n")
    outline = read_outline(lines)
    return outline.refusal or _parse(lines, outline)


def _unfit(text: str) -> Mistake | None:
    """Check whether a text may be parsed at all; length comes first, so that nothing else is done with a huge one."""
    try:
        if len(text) <= MAX_BYTES and len(text.encode()) <= MAX_BYTES:
            return None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return Mistake(line, "", "This line isn’t UTF-8. Save the file as UTF-8, or type the line again.")
    return Mistake(1, "", f"The file is larger than {MAX_BYTES // 1024} KiB: shorten it.")


def _parse(text: str, outline: Outline) -> Document | Mistake:
    try:
        document = Document(tomllib.loads(text), outline)
    except tomllib.TOMLDecodeError as error:
        return _syntax_mistake(text, outline, str(error))
    except ValueError:
        longest = max(re.finditer(r"[0-9_]+", text), key=lambda digits: len(digits.group()))
        return _mistake(text.count("\n", 0, longest.start()) + 1, outline, "This number is far too long: shorten it.")
    return _crowded(document) or document


def _crowded(document: Document) -> Mistake | None:
    """The first table over the limit, where tables without headers of their own are counted too."""
    path = next(islice(_table_paths(document.values), MAX_TABLES, None), None)
    return Mistake(document.outline.line(path), dotted(path), TOO_MANY_TABLES) if path else None


def _table_paths(values: dict[str, object]) -> Iterator[Path]:
    for key, value in values.items():
        named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        yield from ((key, name) for name, entry in named if isinstance(entry, dict))


def _syntax_mistake(text: str, outline: Outline, error: str) -> Mistake:
    match = _PLACE.search(error)
    line = int(match["line"]) if match and match["line"] else text.rstrip().count("\n") + 1
    unforeseen = f"This isn’t valid TOML: {_PLACE.sub('', error)}."
    sentence = next((ours for theirs, ours in _SYNTAX if error.startswith(theirs)), unforeseen)
    return _mistake(line, outline, sentence)


def _mistake(line: int, outline: Outline, sentence: str) -> Mistake:
    return Mistake(line, dotted(outline.path_on(line)), sentence + REST)
