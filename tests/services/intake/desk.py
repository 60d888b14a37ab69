"""A help desk whose tickets' events come as deliveries of Zendesk, in any order one likes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import col, select

from app.domain.view import View
from app.models import LedgerEntry
from app.services.intake import authors
from app.services.scoring import response_times
from tests.builders import ADA, BO, Game, act_by
from tests.integrations.sources.samples import NOW, ZENDESK
from tests.services.intake.inbox import Inbox

SIX = datetime(2022, 9, 14, 6, tzinfo=UTC)
"""The beginning: the night before Wednesday in the standard week's zone; minutes count from here."""
AGENTS = {"77": ADA, "78": BO}

Body = dict[str, Any]


def _time(minute: float) -> str:
    return (SIX + timedelta(minutes=minute)).isoformat()


def opened(ticket: str, minute: float, *, by: str = "900") -> Body:
    """A ticket is created."""
    detail = {"id": ticket, "requester_id": "900", "submitter_id": by, "created_at": _time(minute)}
    return {"type": "zen:event-type:ticket.created", "time": _time(minute), "detail": detail}


def comment(ticket: str, comment_id: str, minute: float, author: str, *, is_staff: bool) -> Body:
    """Somebody writes in public; when the ticket was opened is not told."""
    said = {"id": comment_id, "is_public": True, "author": {"id": author, "is_staff": is_staff}, "body": "Hi"}
    detail = {"id": ticket, "requester_id": "900"}
    return {
        "type": "zen:event-type:ticket.comment_added", "time": _time(minute), "detail": detail,
        "event": {"comment": said},
    }  # fmt: skip


def asked(ticket: str, comment_id: str, minute: float) -> Body:
    """The customer writes."""
    return comment(ticket, comment_id, minute, "900", is_staff=False)


def answered(ticket: str, comment_id: str, minute: float, author: str = "77") -> Body:
    """Staff answers: Ada, unless it is told who."""
    return comment(ticket, comment_id, minute, author, is_staff=True)


def hidden(comment_id: str) -> Body:
    """A comment is made private."""
    return {
        "type": "zen:event-type:ticket.comment_made_private", "time": _time(0), "event": {"comment": {"id": comment_id}}
    }  # fmt: skip


@dataclass
class Desk:
    """A connected help desk whose agents 77 and 78 are Ada and Bo."""

    game: Game
    now: datetime = NOW
    _ids: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.game.database, self.now)
        self.inbox.connect("zendesk")
        with self.game.database.unit_of_work() as session:
            for external_id, email in AGENTS.items():
                authors.name(session, "zendesk", external_id, email, act_by("Olu", self.now))

    def send(self, *bodies: Body, over: str = "zendesk") -> list[str]:
        """Send deliveries one after the other, each processed before the next; their ids."""
        return [self.inbox.take(over, ZENDESK, {**body, "id": f"event-{next(self._ids)}"}) for body in bodies]

    def seconds(self, version: int | None = None) -> dict[str, int | None]:
        """The response times by the ids of replies, as the ledger has them, or had at a version."""
        with self.game.database.reading() as session:
            entries: Sequence[LedgerEntry] = session.exec(
                select(LedgerEntry).where(LedgerEntry.source == "zendesk").order_by(col(LedgerEntry.external_id))
            ).all()
            found = response_times.of_entries(session, entries, View("public", version))
        return {entry.external_id: found[entry.seq] for entry in entries}
