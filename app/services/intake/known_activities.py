"""Known activities: those that count already for what a delivery reports."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.domain.draft import Key
from app.models import LedgerEntry, Week
from app.services.scoring import activity_queries
from app.services.weeks import weeks


def by_key(session: Session, key: Key) -> Sequence[LedgerEntry]:
    """The activities that a key names: deliveries record it in one week alone, scripts may have in others too.

    What stand-ins did in a rehearsal is none of them, whatever key a tool chooses.
    """
    query = select(LedgerEntry).where(
        col(LedgerEntry.week_id).in_(select(Week.id).where(weeks.IS_REAL)),
        LedgerEntry.source == key.source,
        LedgerEntry.kind == key.kind,
        LedgerEntry.external_id == key.external_id,
    )
    return session.exec(query.order_by(col(LedgerEntry.seq))).all()


def by_link(session: Session, week: Week, kind: str, link: str) -> str | None:
    """The activity of a kind that counts for a link in a week, whichever tool or person reported it first.

    A fragment behind the link makes no other one.
    """
    same = or_(col(LedgerEntry.url) == link, col(LedgerEntry.url).startswith(f"{link}#", autoescape=True))
    query = select(LedgerEntry.id).where(LedgerEntry.week_id == week.id, LedgerEntry.kind == kind, same)
    return session.exec(query.where(activity_queries.is_live()).order_by(col(LedgerEntry.seq)).limit(1)).first()
