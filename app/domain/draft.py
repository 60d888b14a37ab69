"""Drafts: what somebody wants recorded, valid by itself, before any week was asked whether it may enter."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

ORGANIZER_SOURCE, SHIFTS_SOURCE = "organizer", "shifts"
OUR_SOURCES = frozenset({ORGANIZER_SOURCE, SHIFTS_SOURCE})
"""Sources of our own: no tool reports under these."""
MOST_SECONDS = 10_000_000
"""The longest time from a customer's message to the reply that an activity can carry."""
BY_HAND = "by hand"
"""The source of what people log themselves, and organizers for them."""


class Key(NamedTuple):
    """The idempotency key of an activity inside a week: what has the same one is the same activity."""

    source: str
    kind: str
    external_id: str


@dataclass(frozen=True, slots=True)
class PersonId:
    """A person by their id: who resolved somebody's identity before, need not go by an e-mail."""

    id: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An activity as a tool, a script or a person reports it; whoever makes one has checked each field by itself.

    `person` is a folded e-mail, or resolved; `occurred_at` is in UTC.
    """

    kind: str
    person: str | PersonId
    occurred_at: datetime
    source: str
    external_id: str
    subject: str | None = None
    response_seconds: int | None = None
    url: str | None = None
    note: str | None = None

    @property
    def key(self) -> Key:
        """The idempotency key: equal for one activity, however often it comes."""
        return Key(self.source, self.kind, self.external_id)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with what was sent: which field (empty = the whole), and a sentence that says how to mend it."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One draft as read: the draft, or its first flaws and how many more there are; and its key where it has one."""

    key: Key | None
    draft: Draft | None = None
    flaws: tuple[Flaw, ...] = ()
    more: int = 0

    @classmethod
    def of(cls, draft: Draft) -> "Reading":
        """Wrap a draft that nobody had to read, for it was made here."""
        return cls(draft.key, draft)
