"""Outages: when no server ran, known by a heartbeat that every server keeps up to date."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.models import Heartbeat, Outage

BEAT_SECONDS = 30.0
LONGEST_BEAT = timedelta(minutes=2)
"""Less is a slow disk or a restart that tools bridge by sending again."""
KEPT = timedelta(days=30)


def beat(session: Session, now: datetime) -> Outage | None:
    """Say that a server runs; the outage that is over now, if there was one. A clock that was set back is none."""
    heartbeat = session.get(Heartbeat, 1, with_for_update=True)
    outage = None
    if heartbeat is None:
        serialize(session)  # the first servers may start at once
        heartbeat = session.get(Heartbeat, 1, with_for_update=True)
    if heartbeat is None:
        heartbeat = Heartbeat(at=now)
    elif now - heartbeat.at > LONGEST_BEAT:
        outage = session.get(Outage, heartbeat.at) or Outage(began_at=heartbeat.at, ended_at=now)
        session.add(outage)
    heartbeat.at = now
    session.add(heartbeat)
    session.flush()
    return outage


def since(session: Session, moment: datetime) -> list[Outage]:
    """The outages that ended after a moment, the newest first."""
    return list(session.exec(select(Outage).where(Outage.ended_at > moment).order_by(col(Outage.ended_at).desc())))


def forget(session: Session, now: datetime) -> int:
    """Delete the outages of long ago; how many."""
    return session.connection().execute(delete(Outage).where(col(Outage.ended_at) < now - KEPT)).rowcount
