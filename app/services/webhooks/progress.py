"""Progress: up to where a week's ledger was turned into messages; who was told nothing begins with now."""

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import Session, col

from app.models import LedgerEntry, WebhookProgress, Week


def begin(session: Session) -> None:
    """Begin every week with what happens from now on."""
    session.execute(delete(WebhookProgress))
    last = select(func.coalesce(func.max(LedgerEntry.seq), 0)).where(col(LedgerEntry.week_id) == col(Week.id))
    now = select(
        col(Week.id), last.correlate(Week).scalar_subquery(), col(Week.version), col(Week.version), literal("")
    )
    columns = ["week_id", "seq", "version", "standings_version", "standings"]
    session.execute(insert(WebhookProgress).from_select(columns, now))
