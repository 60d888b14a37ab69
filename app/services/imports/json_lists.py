"""Activities in JSON files: an object a line, a list, an export of ours or what the API lists; each with its line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from app.domain.draft import Flaw, Reading
from app.domain.rules import ADJUSTMENT
from app.domain.tables.decoding import NotText, decode
from app.errors import Malformed
from app.services.imports import batch, lists
from app.services.imports.batch import ActivityList, Line
from app.services.ledger.drafts import read_fields, read_json
from app.services.validation import MAX_BYTES

# The head of an export holds texts alone; bounded, so that no other file is searched far.
_EXPORT = re.compile(r'\s{0,100}\{[^\[\]{}]{0,5000}?"(?:activities|items)"\s{0,100}:\s{0,100}\[')
_LIST = re.compile(r"\s*\[")
_NEXT = re.compile(r"[\s,]*")
_EXPORTED_ONLY = frozenset(
    {"id", "week", "team", "team_id", "recorded_at", "recorded_by", "reversed", "points", "reason"}
)
_DECODER = json.JSONDecoder()


def read(raw: bytes) -> ActivityList:
    """Read a JSON file. What an export of ours marks as reversed, and its adjustments, are left out.

    Raises Malformed for bytes that are no text.
    """
    try:
        text = decode(raw, "Save it as UTF-8 and send it again.")
    except NotText as problem:
        raise Malformed(f"{lists.NOTHING} {problem.sentence}") from None
    if match := _EXPORT.match(text):
        return _read_export(text, match.end())
    if match := _LIST.match(text):
        return ActivityList(list(_read_each(text, match.end())), [])
    if _is_spread(text):
        return ActivityList(list(_read_each(text, 0)), [])
    return ActivityList(list(batch.read_ndjson(text.encode("utf-8", "surrogateescape"))), [])


def _is_spread(text: str) -> bool:
    """Tell whether the first object spans several lines, as programs write one that is for people to read."""
    start = text[:MAX_BYTES].lstrip()
    first, _, rest = start.partition("\n")
    if not (start.startswith("{") and rest.strip()) or _parsed(first, 0) is not None:
        return False
    return _parsed(start, 0) is not None


def _parsed(text: str, at: int) -> tuple[Any, int] | None:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def _read_each(text: str, at: int) -> Iterator[Line]:
    """The objects of a text one after the other, parted by commas or nothing, up to the end of the list."""
    return (Line(line, read_json(text[start:end], batch.MAX_FLAWS)) for line, start, end, _ in _objects(text, at))


def _objects(text: str, at: int) -> Iterator[tuple[int, int, int, Any]]:
    """The line, the place and the value of each object; the last one may be broken, and then has no value."""
    line, counted = 1, 0
    while True:
        match = _NEXT.match(text, at)
        at = match.end() if match else at
        line, counted = line + text.count("\n", counted, at), at
        if at == len(text) or text[at] == "]":
            return
        parsed = _parsed(text, at)
        if parsed is None:
            yield line, at, min(len(text), at + MAX_BYTES + 1), None
            return
        value, end = parsed
        yield line, at, min(end, at + MAX_BYTES + 1), value
        at = end


def _read_export(text: str, at: int) -> ActivityList:
    lines: list[Line] = []
    left_out = 0
    for line, start, end, value in _objects(text, at):
        if not isinstance(value, dict):
            lines.append(Line(line, read_json(text[start:end], batch.MAX_FLAWS)))
        elif value.get("reversed") is True or value.get("kind") == ADJUSTMENT:
            left_out += 1
        elif end - start > MAX_BYTES:
            lines.append(
                Line(line, Reading(None, flaws=(Flaw("", f"This is longer than {MAX_BYTES:,} bytes; shorten it."),)))
            )
        else:
            fields = {name: each for name, each in value.items() if name not in _EXPORTED_ONLY}
            lines.append(Line(line, read_fields(fields)))
    return ActivityList(lines, batch.left_out_notes(left_out))
