"""Fragments: HTML in parts, each sent again only to whoever has not got its newest content."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

MOST_BEHIND = 256  # versions that a viewer may be behind and still get parts: a minute of updates without a pause
_MOST_DIGITS = 15
_WORTH = 0.75  # parts that are longer than this share of everything are no shorter than everything is to send


class Position(NamedTuple):
    """A viewer's position: a version of one list. Versions of different lists cannot be compared."""

    epoch: str
    version: int

    def __str__(self) -> str:
        """Return the text that is sent as an event's id."""
        return f"{self.epoch}-{self.version}"


def position_of(text: str) -> Position | None:
    """Return the position that an event's id names; None for text that names none."""
    epoch, _, version = text.rpartition("-")
    is_version = version.isascii() and version.isdigit() and len(version) <= _MOST_DIGITS
    return Position(epoch, int(version)) if epoch and is_version else None


class _Fragment(NamedTuple):
    html: bytes
    changed_in: int


@dataclass(frozen=True, slots=True)
class FragmentList:
    """Fragments by the id of their element, and in which version each one changed; a value, safe to share.

    A viewer who is behind gets the union of what has changed since. The `closing` fragment ends every message, whether
    it changed or not: the page puts its rows in order when that has come.
    """

    epoch: str
    closing: str
    version: int = 0
    fragments: Mapping[str, _Fragment] | None = None
    whole_before: int = 0
    """The oldest version that parts can bring up to date: before it, elements have come or gone since."""

    @property
    def position(self) -> Position:
        """The position of a viewer who has everything."""
        return Position(self.epoch, self.version)

    def update(self, contents: Mapping[str, bytes]) -> "FragmentList":
        """Return the list with these contents, by element id; the list itself where nothing has changed."""
        known = self.fragments
        if known is None:
            return replace(self, fragments={name: _Fragment(html, self.version) for name, html in contents.items()})
        version = self.version + 1
        fragments = {
            name: old if (old := known.get(name)) is not None and old.html == html else _Fragment(html, version)
            for name, html in contents.items()
        }
        if fragments.keys() != known.keys():
            return replace(self, fragments=fragments, version=version, whole_before=version)
        if all(old is new for old, new in zip(known.values(), fragments.values(), strict=True)):
            return self
        return replace(self, fragments=fragments, version=version)

    def since(self, position: Position | None) -> bytes | None:
        """Return what has changed since a position, as partials; empty where nothing has, None where all is to be sent.

        All is to be sent to who is at an unknown position, or too far behind, or would get hardly less.
        """
        if position is None or position.epoch != self.epoch or self.fragments is None:
            return None
        if not max(self.whole_before, self.version - MOST_BEHIND) <= position.version <= self.version:
            return None
        changed = {name: one.html for name, one in self.fragments.items() if one.changed_in > position.version}
        if sum(map(len, changed.values())) > _WORTH * sum(len(one.html) for one in self.fragments.values()):
            return None
        if not changed:
            return b""
        changed[self.closing] = changed.pop(self.closing, self.fragments[self.closing].html)
        return b"".join(_partial(name, html) for name, html in changed.items())


def _partial(name: str, html: bytes) -> bytes:
    return b'<hx-partial hx-target="#%b" hx-swap="outerMorph transition:true">%b</hx-partial>' % (name.encode(), html)
