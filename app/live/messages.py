"""Messages: what viewers of one thing are sent, all of it or what they have not got yet."""

from collections.abc import Callable
from functools import cached_property
from typing import Protocol

from app.live.fragments import FragmentList, Position


class Message(Protocol):
    """One state of what is watched, as server-sent events; the same bytes for everybody at the same position."""

    @property
    def position(self) -> Position:
        """The position of a viewer who has this: equal positions mean equal states."""

    @property
    def is_made(self) -> bool:
        """True if all of it is ready as bytes."""

    @property
    def whole(self) -> bytes:
        """All of it; making it may take a while, the first time."""

    def since(self, position: Position | None) -> bytes | None:
        """Return what somebody at a position is sent instead of the whole; None where nothing less will do."""


class Whole:
    """A message that is sent as a whole to everybody, numbered as they come."""

    is_made = True

    def __init__(self, body: bytes, number: int) -> None:
        self.whole, self.position = body, Position("", number)

    def since(self, _position: Position | None) -> bytes | None:
        """Return None: there are no parts."""
        return None


class Parts:
    """A message of fragments: who is not far behind gets what has changed, everybody else what `make_whole` returns."""

    def __init__(self, fragments: FragmentList, make_whole: Callable[[], bytes]) -> None:
        self._fragments, self._make_whole = fragments, make_whole

    @property
    def position(self) -> Position:
        """The fragments' newest version."""
        return self._fragments.position

    @property
    def is_made(self) -> bool:
        """True if the whole was asked for before."""
        return "whole" in vars(self)

    @cached_property
    def whole(self) -> bytes:
        """Everything, in one event."""
        return event(str(self.position), self._make_whole())

    def since(self, position: Position | None) -> bytes | None:
        """Return the union of what has changed; for who has everything, an event that only says where that is."""
        changed = self._fragments.since(position)
        return None if changed is None else event(str(self.position), changed)


def event(number: int | str, data: bytes, name: str = "") -> bytes:
    """Return a server-sent event; every line of the data becomes a line of its own, so that none can start a field."""
    head = f"id: {number}\n".encode() + (f"event: {name}\n".encode() if name else b"")
    if not data:
        return head + b"\n"
    # Replacing is six times as quick as going line by line, for a board of a thousand teams.
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n")
    return head + b"data: " + lines.replace(b"\n", b"\ndata: ") + b"\n\n"
