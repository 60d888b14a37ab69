"""Lettering: how wide text will be where nobody measures it, and text shortened to fit, by whole graphemes."""

import unicodedata
from collections.abc import Callable

from app.domain.text.graphemes import ELLIPSIS, split

_NARROW, _WIDE, _FULL = frozenset("iIjlJ1tfr .,:;'’!|()[]/-"), frozenset("mwMW@%&—OQGNHDUCA"), "WF"
_UNSEEN = frozenset("\u200c\u200d\ufe0e\ufe0f")  # joiners, and the choice between text and emoji
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_ISOLATES = frozenset("\u2068\u2069")
_EM = {"narrow": 0.42, "letter": 0.62, "wide": 0.95, "full": 1.3}
"""Widths of bold letters as parts of the font size, rounded up from Liberation Sans; emoji and ideographs are full."""


def width(text: str) -> float:
    """The width of a text in bold, at most, as a multiple of the font size."""
    return sum(_EM[_shape(each)] for each in split(text) if each not in _ISOLATES)


def shorten(text: str, room: float) -> str:
    """A text that is at most `room` wide, a multiple of the font size; what is left out is told by an ellipsis.

    Vega shortens by UTF-16 code units and breaks emoji in two, so what it draws has to fit before.
    """
    if width(text) <= room:
        return text
    kept, left = "", room - _EM["wide"]
    for grapheme in split(text):
        left -= _EM[_shape(grapheme)]
        if left < 0:
            break
        kept += grapheme
    return kept.rstrip() + ELLIPSIS


def halves(text: str) -> tuple[str, str]:
    """A text in two lines of about one width: parted at a space where there is one, else between graphemes."""
    words = text.split(" ")
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    letters = split(text)
    middle = "".join(letters[: len(letters) // 2]), "".join(letters[len(letters) // 2 :])
    return min(cuts or [middle], key=lambda lines: max(map(width, lines)))


def drawable(text: str, draws: Callable[[str], bool]) -> str:
    """A text without what `draws` denies; of a word that would lose a letter nothing is left, emoji just go.

    Of emoji made of several characters the first is left: resvg looks for a font that has each of them, as none has a
    joiner of its own, and draws boxes instead. A flag has no first one that means anything.
    """
    return " ".join(kept for kept in (_drawn(word, draws) for word in text.split()) if kept)


def _drawn(word: str, draws: Callable[[str], bool]) -> str:
    kept = ""
    for grapheme in map(_unjoined, split(word)):
        if all(each in _UNSEEN or draws(each) for each in grapheme):
            kept += grapheme
        elif unicodedata.category(grapheme[0])[0] in "LN":
            return ""
    return kept


def _unjoined(grapheme: str) -> str:
    if len(grapheme) == 1 or (unicodedata.category(grapheme[0])[0] in "LM"):
        return grapheme
    return "" if grapheme[0] in _FLAG_LETTERS else grapheme[0]


def _shape(grapheme: str) -> str:
    if len(grapheme) > 2 or unicodedata.east_asian_width(grapheme[0]) in _FULL or grapheme[0] > "\uffff":
        return "full"
    return "narrow" if grapheme in _NARROW else "wide" if grapheme in _WIDE else "letter"
