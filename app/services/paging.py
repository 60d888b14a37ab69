"""Lists in pages: an opaque cursor names the last item of the page before."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from app.errors import Malformed

MOST_PER_PAGE = 1_000
USUAL_PER_PAGE = 100

Item = TypeVar("Item")


class Page(NamedTuple, Generic[Item]):
    """Some of a list, and where it goes on."""

    items: list[Item]
    next_cursor: str | None


def cut(items: Sequence[Item], limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """The first `limit` of items of which one more was asked for; `key` names an item's place in the list."""
    shown = list(items[:limit])
    return Page(shown, encode(key(shown[-1])) if len(items) > limit else None)


def encode(place: str) -> str:
    """A place in a list as a cursor."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """The place a cursor names. Raises Malformed for a text that is none."""
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Malformed(STRANGE_CURSOR) from None
    if "\0" in place:
        raise Malformed(STRANGE_CURSOR)
    return place


def decode_number(cursor: str) -> int:
    """The number a cursor names. Raises Malformed."""
    place = decode(cursor)
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        raise Malformed(STRANGE_CURSOR)
    return int(place)


STRANGE_CURSOR = "That cursor is not one of ours. Leave it out to start at the beginning."
