"""Wording of mistakes: keys, values and suggestions as an organizer reads them."""

from collections.abc import Sequence
from difflib import get_close_matches
from re import compile as pattern

Path = tuple[str | int, ...]

_BARE = pattern(r"[A-Za-z0-9_-]+")
_LONGEST_SHOWN = 60
_MAX_LISTED = 12
_LARGEST_SHOWN = 10**15


def shown(text: str) -> str:
    """Text in quotes, cut to a readable length, with invisible characters spelled out."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'


def dotted(path: Path) -> str:
    """A path as the file's reader counts: `bonuses[1].points` is the first bonus's."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            bare = len(part) <= _LONGEST_SHOWN and _BARE.fullmatch(part)
            text += ("." if text else "") + (part if bare else shown(part))
    return text


def described(value: object) -> str:
    """Describe a TOML value in words: "text", "a list", "13"."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}" if abs(value) < _LARGEST_SHOWN else "far off"
        case float():
            return "a number with a decimal point"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time without quotes"


def listed(words: Sequence[str]) -> str:
    """Words parted by commas, a long list cut short."""
    more = ", …" if len(words) > _MAX_LISTED else ""
    return ", ".join(words[:_MAX_LISTED]) + more


def quoted(words: Sequence[str]) -> str:
    """Words in quotes, parted by commas."""
    return listed([shown(word) for word in words])


def closest(word: str, options: Sequence[str]) -> str | None:
    """The option somebody most likely meant, whatever its case; None where nothing is near."""
    if len(word) > _LONGEST_SHOWN:
        return None
    by_fold = {option.casefold(): option for option in options}
    near = get_close_matches(word.casefold(), by_fold, n=1)
    if near:
        return by_fold[near[0]]
    return next((option for fold, option in by_fold.items() if word.casefold().startswith(fold)), None)
