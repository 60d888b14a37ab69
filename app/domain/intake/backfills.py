"""Backfills: tools that can be asked for what was, and what they answer: things that happened, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

LONGEST_ADDRESS = 300
EVENT_PREFIX = "backfill:"
"""The beginning of the ids of deliveries that no webhook brought."""


@dataclass(frozen=True, slots=True)
class Backfilled:
    """A tool that can be asked: the kind of activity it tells of, and its API's address.

    `address` is empty where every account has its own, of which `example` is one.
    """

    activity: str
    address: str = ""
    example: str = ""
    has_repositories: bool = False


BACKFILLED: Mapping[str, Backfilled] = {
    "zendesk": Backfilled("response", example="https://acme.zendesk.com"),
    "github": Backfilled("issue", "https://api.github.com", "https://github.example.com/api/v3", has_repositories=True),
    "linear": Backfilled("issue", "https://api.linear.app"),
    "canny": Backfilled("feature_request", "https://canny.io"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """A way into a tool's API: its address without a slash at the end, the key, and at GitHub the repositories.

    The key is in plain text: it is never kept, nor logged.
    """

    address: str
    key: str = field(repr=False)
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened, as the tool's webhook would have told it.

    `entity` names it among all that its connection backfills: the id that its report has, or `ID:CAUSE` for what was
    withdrawn.
    """

    entity: str
    at: datetime
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def event_id(self) -> str:
        """The id of its delivery, the same in every backfill."""
        return f"{EVENT_PREFIX}{self.entity}"


@dataclass(frozen=True, slots=True)
class Page:
    """The items of a page; `cursor` is where the next one begins, None after the last, `pause` seconds until then."""

    items: tuple[Item, ...]
    cursor: str | None
    pause: float = 0.0


def tidy_address(typed: str) -> str:
    """An API's address as it is kept, with its scheme and without a slash at the end."""
    address = typed.strip().rstrip("/")
    return address if not address or "://" in address else f"https://{address}"


def address_flaw(address: str) -> str | None:
    """Tell why an address can't be an API's, as the end of a sentence; None for one that can."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "isn’t an address"
    if len(address) > LONGEST_ADDRESS or not (address.isascii() and address.isprintable()) or " " in address:
        return f"isn’t an address of up to {LONGEST_ADDRESS} letters, digits and signs"
    if parts.scheme not in ("https", "http") or not host:
        return "isn’t an https address"
    if parts.username is not None or parts.query or parts.fragment:
        return "has a user, a “?” or a “#” in it"
    return None
