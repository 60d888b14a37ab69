"""Line by line: the difference of two texts, and two changes of one text made one (a three-way merge)."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MOST_LINES = 1_500
"""Of a text that is compared line by line: comparing takes up to the square of it."""


class DiffLine(NamedTuple):
    """A line of a comparison; "gap" stands for equal lines that are left out."""

    mark: Literal["same", "old", "new", "gap"]
    text: str


Span = tuple[int, int, Sequence[str]]
"""A change: the first and the last line (exclusive) of the original, and the lines in their place."""


def is_short(*texts: str) -> bool:
    """Tell whether texts are short enough to be compared."""
    return all(text.count("\n") < MOST_LINES for text in texts)


def compare(old: str, new: str, around: int = 2) -> list[DiffLine] | None:
    """The lines that differ with some `around` them; None for texts that are too long to be compared."""
    if not is_short(old, new):
        return None
    before, after = old.splitlines(), new.splitlines()
    found: list[DiffLine] = []
    for group in _matcher(before, after).get_grouped_opcodes(around):
        if found:
            found.append(DiffLine("gap", ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [DiffLine("same", line) for line in before[i1:i2]]
            else:
                found += [DiffLine("old", line) for line in before[i1:i2]]
                found += [DiffLine("new", line) for line in after[j1:j2]]
    return found


def merge(original: str, mine: str, theirs: str) -> str | None:
    """Make both changes of a text one; None where they change the same or neighbouring lines, or texts are too long."""
    if not is_short(original, mine, theirs):
        return None
    lines = original.splitlines(keepends=True)
    changes = sorted([*_changes(lines, mine), *_changes(lines, theirs)], key=lambda span: span[:2])
    merged: list[str] = []
    done = 0
    last: Span | None = None
    for span in changes:
        if span == last:
            continue  # both made the same change
        if last is not None and span[0] <= last[1]:
            return None
        merged += [*lines[done : span[0]], *span[2]]
        done, last = span[1], span
    return "".join([*merged, *lines[done:]])


def _changes(original: Sequence[str], changed: str) -> Iterator[Span]:
    lines = changed.splitlines(keepends=True)
    for tag, i1, i2, j1, j2 in _matcher(original, lines).get_opcodes():
        if tag != "equal":
            yield i1, i2, lines[j1:j2]


def _matcher(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, old, new, autojunk=True)
