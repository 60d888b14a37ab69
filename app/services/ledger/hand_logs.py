"""Logs by hand: of people for themselves, or of organizers for them; read as a tool's report would be."""

from datetime import UTC, datetime

from app.domain.draft import BY_HAND, Reading
from app.services.ledger.drafts import read_fields


def read(kind: str, email: str, at: datetime, external_id: str, *, link: str, note: str) -> Reading:
    """An activity of this person (a folded e-mail) as the API would be told it."""
    return read_fields(
        {
            "kind": kind,
            "person": email,
            "occurred_at": at.astimezone(UTC).isoformat(),
            "source": BY_HAND,
            "external_id": external_id,
            "url": link,
            "note": note,
        }
    )
