"""Reports: what a delivery of an outside tool says, before anybody knows whose work it was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Author:
    """The author a delivery names: their ids at the tool, the one that decides first, an e-mail if it tells one.

    `name` is how the tool calls a colleague, for guessing who it is; customers' names are never kept. `is_customer` is
    set where the tool says that they are no colleague: an organizer isn't asked who they are.
    """

    ids: tuple[str, ...] = ()
    email: str | None = None
    name: str | None = None
    is_customer: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """An activity without its person. `external_id` names it for good, however often the tool sends it.

    `source` is set where a delivery says its own; `subject` is a ticket.
    """

    kind: str
    external_id: str
    occurred_at: datetime
    author: Author | None
    subject: str | None = None
    response_seconds: int | None = None
    url: str | None = None
    note: str | None = None
    source: str | None = None


ClockEvent = Literal["created", "customer", "staff"]


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A moment in a ticket's life that starts or stops its response clock.

    `created` tells of a customer who opened it; `external_id` is a comment's, empty for the ticket itself. `channel` is
    chat or phone where the tool says so, empty for email and for what nobody told.
    """

    ticket: str
    event: ClockEvent
    at: datetime
    external_id: str = ""
    author: Author | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An activity that the tool takes back: its comment was made private, or is gone."""

    kind: str
    external_id: str
    cause: Literal["private", "gone"]


Report = Work | ClockFact | Withdrawal


class DeliveryUnreadable(Exception):
    """The delivery is signed, but is not what its tool sends; its sentence tells organizers why."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A delivery as read: its id at the tool, if it has one, and its reports; without any, why it is ignored."""

    event_id: str | None
    reports: tuple[Report, ...] = ()
    ignored: str = ""
