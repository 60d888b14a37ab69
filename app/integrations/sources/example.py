"""Examples: a delivery as a tool would send it, signed like one, for the demo and for tests of every source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.integrations.sources.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of work to report: its number at the tool, who did it there and when; and the call that reports it.

    `delivery` names the call, which is signed at `sent_at`.
    """

    number: int
    author_id: str
    login: str
    email: str
    done_at: datetime
    delivery: str
    sent_at: datetime


def write(body: Mapping[str, Any]) -> bytes:
    """A body as JSON; moments as tools write them."""
    return json.dumps(body, default=instant).encode()


def instant(moment: datetime) -> str:
    """A moment as tools write it: 2022-09-14T08:10:00Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def envelope(body: bytes, **headers: str) -> Envelope:
    """The call with its headers, `_` for `-` in their names."""
    return Envelope([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()], body)
