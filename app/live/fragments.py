"""Fragments: HTML in parts, each sent again only to whoever has not got its newest content."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

MAX_BEHIND = 256  # versions that a viewer may be behind and still get parts: a minute of updates without a pause
_MAX_DIGITS = 15
_WORTH = 0.75  # parts that are longer than this share of everything are no shorter than everything is to send

Item = Mapping[str, bytes]
"""Fragments by the id of their element, a value: the same object has the same content."""


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
    is_version = version.isascii() and version.isdigit() and len(version) <= _MAX_DIGITS
    return Position(epoch, int(version)) if epoch and is_version else None


class _Versioned(NamedTuple):
    """An item, the version in which each fragment last changed, the newest of these, and its length in bytes."""

    item: Item
    versions: Mapping[str, int]
    newest: int
    size: int


@dataclass(frozen=True, slots=True)
class FragmentList:
    """Items by name, and in which version each fragment changed; a value, safe to share.

    A viewer who is behind gets the union of what has changed since. The `closing` fragment ends every message,
    changed or not: the page puts its rows in order when that has come. Who has a version before `whole_before`
    cannot be brought up to date by parts, because elements have come or gone since. `size` is that of everything,
    in bytes.
    """

    epoch: str
    closing: str
    version: int = 0
    items: Mapping[str, _Versioned] | None = None
    whole_before: int = 0
    size: int = 0

    @property
    def position(self) -> Position:
        """The position of a viewer who has everything."""
        return Position(self.epoch, self.version)

    @property
    def contents(self) -> dict[str, bytes]:
        """Every fragment, by the id of its element."""
        return {name: html for one in (self.items or {}).values() for name, html in one.item.items()}

    @property
    def everything(self) -> bytes:
        """All fragments as partials, for pages that have an element for each: the whole where there is no other."""
        contents = self.contents
        contents[self.closing] = contents.pop(self.closing)
        return b"".join(_partial(name, html) for name, html in contents.items())

    def update(self, items: Mapping[str, Item]) -> "FragmentList":
        """Return the list with these items; the list itself where nothing has changed.

        Costs what changed where unchanged items are the same objects as before.
        """
        if self.items is None:
            return self._with({name: _begin(item, self.version) for name, item in items.items()}, self.version)
        mapping, version = self.items, self.version + 1
        updated = {
            name: old if (old := mapping.get(name)) is not None and old.item is item else _after(old, item, version)
            for name, item in items.items()
        }
        if updated.keys() != mapping.keys():
            return self._with(updated, version)
        new = [(mapping[name], one) for name, one in updated.items() if one is not mapping[name]]
        if any(list(one.item) != list(old.item) for old, one in new):  # other elements, or in another order
            return self._with(updated, version)
        if all(one.newest < version for _, one in new):
            return self
        size = self.size + sum(one.size - old.size for old, one in new)
        return replace(self, items=updated, version=version, size=size)

    def _with(self, items: Mapping[str, _Versioned], version: int) -> "FragmentList":
        """Return the list with other elements, which nobody can be brought to by parts."""
        size = sum(one.size for one in items.values())
        return replace(self, items=items, version=version, whole_before=version, size=size)

    def _closing_html(self) -> bytes:
        items = (self.items or {}).values()
        return next(one.item[self.closing] for one in items if self.closing in one.item)

    def since(self, position: Position | None) -> bytes | None:
        """Return what has changed since a position, as partials; empty where nothing has, None where all is to be sent.

        All is to be sent to who is at an unknown position, or too far behind, or would get hardly less.
        """
        if position is None or position.epoch != self.epoch or self.items is None:
            return None
        if not max(self.whole_before, self.version - MAX_BEHIND) <= position.version <= self.version:
            return None
        if position.version == self.version:
            return b""
        changed = {
            name: one.item[name]
            for one in self.items.values()
            if one.newest > position.version
            for name, version in one.versions.items()
            if version > position.version
        }
        if sum(map(len, changed.values())) > _WORTH * self.size:
            return None
        changed[self.closing] = changed.pop(self.closing, b"") or self._closing_html()
        return b"".join(_partial(name, html) for name, html in changed.items())


def _begin(item: Item, version: int) -> _Versioned:
    return _Versioned(item, dict.fromkeys(item, version), version, sum(map(len, item.values())))


def _after(old: _Versioned | None, item: Item, version: int) -> _Versioned:
    if old is None or old.item.keys() != item.keys():
        return _begin(item, version)
    versions = {name: old.versions[name] if html == old.item[name] else version for name, html in item.items()}
    return _Versioned(item, versions, max(versions.values(), default=version), sum(map(len, item.values())))


def _partial(name: str, html: bytes) -> bytes:
    return b'<hx-partial hx-target="#%b" hx-swap="outerMorph">%b</hx-partial>' % (name.encode(), html)
