"""Graphemes: what people see as one letter, however many code points it is made of (Unicode's UAX #29)."""

import regex

ELLIPSIS = "…"

_GRAPHEME = regex.compile(r"\X")


def split(text: str) -> list[str]:
    """Split a text into what people see as its letters: emoji with their joiners, letters with their marks."""
    return [found[0] for found in _GRAPHEME.finditer(text)]


def first(text: str) -> str:
    """The first grapheme of a text; empty for an empty one."""
    found = _GRAPHEME.match(text)
    return str(found[0]) if found else ""
