"""Retention: bodies that nobody could read, and deliveries of long ago, are deleted after a set time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.models import Delivery

AT_ONCE = 10_000
"""Rows that one upkeep changes at most, so that nobody waits long for the database; the next day takes the rest."""
SETTLED = ("recorded", "repeated", "ignored", "quarantined")
"""States in which a delivery waits for nothing."""


def forget_bodies(session: Session, now: datetime, days: int) -> int:
    """Delete bodies kept for as many days, which only quarantined deliveries have; the number of deliveries."""
    is_old = (
        col(Delivery.state) == "quarantined",
        col(Delivery.body).is_not(None),
        col(Delivery.received_at) < now - timedelta(days=days),
    )
    numbers = select(Delivery.seq).where(*is_old).limit(AT_ONCE)
    reason = col(Delivery.reason).concat(f" Its body was deleted after {days} {'day' if days == 1 else 'days'}.")
    values = {"body": None, "headers": "[]", "reason": reason}
    return session.connection().execute(update(Delivery).where(col(Delivery.seq).in_(numbers)).values(values)).rowcount


def forget_settled(session: Session, now: datetime, days: int) -> int:
    """Delete deliveries of so many days ago that wait for nothing, not what they recorded; their number."""
    is_old = (col(Delivery.state).in_(SETTLED), col(Delivery.received_at) < now - timedelta(days=days))
    numbers = select(Delivery.seq).where(*is_old).order_by(col(Delivery.seq)).limit(AT_ONCE)
    return session.connection().execute(delete(Delivery).where(col(Delivery.seq).in_(numbers))).rowcount
