"""The pace of calls to Slack, in the database, so that all servers keep it together: a leaky bucket for each lane."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.domain.slack.pace import gap_of, lane_of
from app.models import SlackPace

PATIENCE = timedelta(seconds=2)
"""A call that somebody waits for takes the next turn, if that comes within this time."""
KEPT = timedelta(days=1)


def take(
    session: Session, connection_id: str, method: str, now: datetime, *, channel: str = "", is_awaited: bool = False
) -> datetime | None:
    """Take a turn for a call; None where it may be made now, else when to come again.

    Somebody who waits (`is_awaited`) books the next turn, whose moment is returned, so what nobody waits for comes
    after them. A rest that Slack asked for holds everybody.
    """
    lane = _lock(session, connection_id, lane_of(method, channel), now)
    ready = max(lane.ready_at, lane.rests_until or now)
    if ready > now and not (is_awaited and ready <= now + PATIENCE):
        return ready
    turn = max(ready, now)
    lane.ready_at = turn + gap_of(method)
    session.add(lane)
    session.flush()
    return turn if turn > now else None


def rest(
    session: Session, connection_id: str, method: str, until: datetime, now: datetime, *, channel: str = ""
) -> None:
    """Let a lane rest until a moment, for Slack said that it is called too often; a longer rest stays."""
    lane = _lock(session, connection_id, lane_of(method, channel), now)
    lane.rests_until = max(until, lane.rests_until or until)
    session.add(lane)
    session.flush()


def _lock(session: Session, connection_id: str, lane: str, now: datetime) -> SlackPace:
    """The row of a lane, made where there is none yet, and held until the transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"connection_id": connection_id, "lane": lane, "ready_at": now}
    session.connection().execute(dialect.insert(SlackPace).values(row).on_conflict_do_nothing())
    query = select(SlackPace).where(SlackPace.connection_id == connection_id, SlackPace.lane == lane)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).one()


def forget(session: Session, now: datetime) -> None:
    """Delete lanes that nobody has used for a day and that don't rest."""
    is_over = (
        col(SlackPace.ready_at) < now - KEPT,
        col(SlackPace.rests_until).is_(None) | (col(SlackPace.rests_until) < now),
    )
    session.connection().execute(delete(SlackPace).where(*is_over))
