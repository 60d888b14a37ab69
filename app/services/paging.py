"""Keyset pagination: an opaque cursor names the last item of the page before, so no page shifts while rows come."""

# By that item's random id, which is looked up again. Its place in the list would count what stands between two items,
# and so what the reader may not see: while a week is frozen, everybody else's activities.

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from app.errors import Malformed
from app.models.columns import is_id

MAX_PER_PAGE = 1_000  # some 400 kB of activities: what one answer may cost
USUAL_PER_PAGE = 100

Item = TypeVar("Item")


class Page(NamedTuple, Generic[Item]):
    """Some of a list, and where it goes on."""

    items: list[Item]
    next_cursor: str | None


def cut(items: Sequence[Item], limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """The first `limit` of items of which one more was asked for; `key` is an item's id."""
    shown = list(items[:limit])
    return Page(shown, encode(key(shown[-1])) if len(items) > limit else None)


def last_before(cursor: str, find: Callable[[str], Item | None]) -> Item:
    """The item after which a cursor goes on; `find` looks for an id among what the reader may see. Raises Malformed."""
    item_id = decode(cursor)
    item = find(item_id) if is_id(item_id) else None
    if item is None:
        raise Malformed(STRANGE_CURSOR)
    return item


def encode(key: str) -> str:
    """Encode an item's id as a cursor."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """Decode a cursor into an item's id. Raises Malformed."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Malformed(STRANGE_CURSOR) from None


def decode_number(cursor: str) -> int:
    """The number a cursor names, for lists whose readers see every item and its number anyway. Raises Malformed."""
    number = decode(cursor)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Malformed(STRANGE_CURSOR)
    return int(number)


STRANGE_CURSOR = "This cursor isn’t valid. Leave it out to start at the beginning."
