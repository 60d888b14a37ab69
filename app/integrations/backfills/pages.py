"""Pages of an API: what is asked for one, what it holds, and where the next one begins. No network, no clock."""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.domain.intake.backfills import Item, Page
from app.errors import Problem
from app.integrations.sources.document import Document

LONGEST_ENTITY = 180
"""Characters of the name of a thing; no tool has longer ones."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to make."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)


class Reply(NamedTuple):
    """A tool's answer to a call, read: its headers by names in lower case, and the JSON of its body."""

    headers: Mapping[str, str]
    body: Document


Steps = Generator[Call, Reply, Page]
"""The calls that a page takes, each sent the reply to it. Raises AnswerUnreadable."""


class AnswerUnreadable(Problem):
    """The tool answers with something else than its API does."""

    status = 502
    title = "Unreadable answer"


def body_of(**fields: Any) -> bytes:
    """A webhook's body with these fields."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def list_of(reply: Reply, path: str) -> Iterator[Document]:
    """The items of a list in an answer. Raises AnswerUnreadable where there is no list."""
    found = reply.body.at(path) if path else reply.body
    if not found.is_list:
        raise AnswerUnreadable("It answers with something else than its API does. Check the address.")
    return found.items()


def since_first(items: Iterable[Item], since: datetime) -> tuple[Item, ...]:
    """The items since a moment, the oldest first."""
    wanted = (item for item in items if item.at >= since and len(item.entity) <= LONGEST_ENTITY)
    return tuple(sorted(wanted, key=lambda item: (item.at, item.entity)))


def rfc3339(moment: datetime) -> str:
    """A moment as APIs take it, whole seconds of UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
