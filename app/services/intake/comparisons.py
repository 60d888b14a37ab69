"""Comparisons: after a start and hourly, what a tool's API tells is held against what its webhook delivered."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act, system
from app.models import Backfill, Connection
from app.services.intake import api_keys, backfills

EVERY = timedelta(hours=1)
AT_LEAST = timedelta(minutes=5)
"""Between two comparisons, however often servers start."""
ON_ITS_WAY = timedelta(minutes=2)
"""The youngest things are left for their webhooks."""
OVERLAP = timedelta(minutes=10)
FIRST = timedelta(hours=24)
"""The time that the first comparison of a connection looks back."""
MOST_GAPS = 10
TOLD_FOR = timedelta(days=7)
"""The time for which a gap is shown."""
BY = system("comparison")


class Gap(NamedTuple):
    """Deliveries that were missed: how many things of when, fetched since."""

    number: int
    first_at: datetime
    last_at: datetime
    fetched_at: datetime


def is_due(session: Session, now: datetime, *, after_start: bool) -> bool:
    """Tell whether a connection with a key is to be compared; a look that keeps no writer waiting."""
    return any(_is_due(session, each, now, after_start=after_start) for each in api_keys.with_key(session))


def start_due(session: Session, now: datetime, *, after_start: bool) -> int:
    """Begin the comparisons that are due; how many."""
    serialize(session)  # several servers may start at once, and of backfills one runs at a time
    due = [each for each in api_keys.with_key(session) if _is_due(session, each, now, after_start=after_start)]
    for connection in due:
        until = now - ON_ITS_WAY
        since = _since(session, connection, now)
        backfills.begin(session, connection, "comparison", min(since, until), until, Act(BY, now))
    return len(due)


def _is_due(session: Session, connection: Connection, now: datetime, *, after_start: bool) -> bool:
    """An hour after the last one began, or soon after a start; a backfill that runs is waited for."""
    if backfills.active(session, connection.id) is not None:
        return False
    last = _last(session, connection.id)
    return last is None or now - last.created_at >= (AT_LEAST if after_start else EVERY)


def _last(session: Session, connection_id: str, *states: str) -> Backfill | None:
    query = select(Backfill).where(Backfill.connection_id == connection_id, Backfill.purpose == "comparison")
    if states:
        query = query.where(col(Backfill.state).in_(states))
    return session.exec(query.order_by(col(Backfill.created_at).desc()).limit(1)).first()


def _since(session: Session, connection: Connection, now: datetime) -> datetime:
    """The end of the last comparison, less an overlap; nothing is missed before there is a connection."""
    done = _last(session, connection.id, "done")
    since = done.until - OVERLAP if done is not None else now - FIRST
    return max(since, connection.created_at, now - backfills.FURTHEST)


def latest(session: Session, connection_id: str) -> Backfill | None:
    """The newest comparison of a connection, whatever became of it."""
    return _last(session, connection_id)


def gaps(session: Session, connection_id: str, now: datetime) -> list[Gap]:
    """The gaps that comparisons of the last week found, the newest first."""
    query = select(Backfill).where(
        Backfill.connection_id == connection_id, Backfill.purpose == "comparison", Backfill.stored > 0,
        Backfill.created_at > now - TOLD_FOR,
    )  # fmt: skip
    found = session.exec(query.order_by(col(Backfill.created_at).desc()).limit(MOST_GAPS))
    return [
        Gap(each.stored, each.first_at, each.last_at, each.finished_at or each.created_at)
        for each in found
        if each.first_at is not None and each.last_at is not None
    ]
