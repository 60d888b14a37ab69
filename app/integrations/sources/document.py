"""JSON as tools send it: any field may be missing, null or of another type, and nothing of that raises."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.domain.intake.reports import DeliveryUnreadable

LONGEST_TEXT = 200
"""Characters of an id, a name or an e-mail; longer ones are none."""
LONGEST_ADDRESS = 2_000

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile("[\t\r\n]")
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,6})\d{0,24})? ?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
"""Seconds may be missing: Zendesk's placeholders give minutes alone."""
_ADDRESS = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
T = TypeVar("T")

_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that times can have here


class Document:
    """A JSON value and what is inside it, by dotted paths such as `event.comment.id`."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def at(self, path: str) -> "Document":
        """The value at a path; null where there is none."""
        value = self._value
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return Document(value)

    def has(self, path: str) -> bool:
        """True if there is anything at a path but null."""
        return self.at(path)._value is not None

    def is_blank(self, path: str) -> bool:
        """True if there is text without a letter at a path."""
        value = self.at(path)._value
        return isinstance(value, str) and not value.strip()

    def is_number(self, path: str) -> bool:
        """True if there is a number at a path."""
        value = self.at(path)._value
        return isinstance(value, int | float) and not isinstance(value, bool)

    @property
    def is_list(self) -> bool:
        """True if it is a list."""
        return isinstance(self._value, list)

    @property
    def is_object(self) -> bool:
        """True if it is an object."""
        return isinstance(self._value, dict)

    def items(self) -> Iterator["Document"]:
        """The items of a list; of an object itself alone, and of nothing none."""
        if isinstance(self._value, list):
            yield from map(Document, self._value)
        elif isinstance(self._value, dict):
            yield self

    def text(self, path: str) -> str | None:
        """An id or a name: text or a whole number, without blanks around it; None for all else and for nothing."""
        value = self.at(path)._value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
            return str(value)
        if not isinstance(value, str):
            return None
        value = value.strip()
        return value if _is_code(value) else None

    def code(self, path: str) -> str | None:
        """An id as `text`, but with the blanks around it: ids of our own format are compared as they are."""
        value = self.at(path)._value
        return self.text(path) if not isinstance(value, str) else value if _is_code(value) else None

    def string(self, path: str) -> str | None:
        """Text of any length and many lines as it was sent; None for all else."""
        value = self.at(path)._value
        is_clean = isinstance(value, str) and not _CONTROL.search(_BREAKS.sub("", value))
        return value if is_clean else None

    def whole(self, path: str) -> int | None:
        """A whole number; None for all else."""
        value = self.at(path)._value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def word(self, path: str) -> str:
        """A word of a fixed set, in lower case, for tools do not agree on case; empty for nothing."""
        return (self.text(path) or "").lower()

    def flag(self, path: str) -> bool | None:
        """A yes or no, written as such or as a word; None for all else."""
        value = self.at(path)._value
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(self.word(path))

    def address(self, path: str) -> str | None:
        """A web address; None for all else."""
        value = self.at(path)._value
        is_address = isinstance(value, str) and len(value) <= LONGEST_ADDRESS and not _CONTROL.search(value)
        return value if is_address and _ADDRESS.fullmatch(value) else None

    def time(self, path: str) -> datetime | None:
        """A time in UTC: RFC 3339 with up to nanoseconds and an offset, or milliseconds since 1970."""
        value = self.at(path)._value
        if self.is_number(path):
            return _from_milliseconds(value)
        found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= LONGEST_TEXT else None
        if found is None:
            return None
        day, minute, second, fraction, offset = found.groups()
        try:
            clock = f"{minute}{second or ':00'}.{(fraction or '0').ljust(6, '0')}"
            return datetime.fromisoformat(f"{day}T{clock}{offset.upper()}").astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def _is_code(value: str) -> bool:
    return 0 < len(value) <= LONGEST_TEXT and not _CONTROL.search(value)


def _from_milliseconds(value: float) -> datetime | None:
    if not 0 <= value <= 1000 * _LAST_SECOND:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def read(body: bytes | str) -> Document:
    """Read a JSON object. Raises DeliveryUnreadable for all else, or where it is too deep or a number too long."""
    return as_object(read_any(body))


def read_any(body: bytes | str) -> Document:
    """Read JSON of any type. Raises DeliveryUnreadable for a body that is none, or too deep or too long a number."""
    try:
        return Document(json.loads(body))
    except (ValueError, RecursionError):
        raise DeliveryUnreadable("The body isn’t JSON.") from None


def as_object(document: Document) -> Document:
    """The document, if it is an object. Raises DeliveryUnreadable."""
    if not document.is_object:
        raise DeliveryUnreadable("The body isn’t a JSON object.")
    return document


def required(value: T | None, meaning: str) -> T:
    """A field without which nothing can be recorded. Raises DeliveryUnreadable where there is none."""
    if value is None:
        raise DeliveryUnreadable(f"It doesn’t say {meaning}.")
    return value
