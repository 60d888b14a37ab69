"""Trouble with a workspace: after five failures in a row one call a minute finds out if it is over."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.models import SlackTrouble

FAILURES: Final = 5
PROBE: Final = timedelta(minutes=1)
MAIL_AFTER: Final = timedelta(minutes=10)
"""The time after which reminders go by email: later they would be of no use."""
POSTS_AFTER: Final = timedelta(minutes=30)
"""The time after which gaps and a day's news aren't posted any more.

The day's post tells coverage once Slack is back, and the next post in its thread the news.
"""
ALL_AFTER: Final = timedelta(hours=2)
"""The time after which everything does."""


def turn(session: Session, connection_id: str, now: datetime) -> datetime | None:
    """The moment from which a workspace may be asked again; None for now, and then nobody else asks for a minute."""
    trouble = _find(session, connection_id)
    if trouble is None or trouble.failures < FAILURES:
        return None
    if trouble.probe_at > now:
        return trouble.probe_at
    trouble.probe_at = now + PROBE
    session.add(trouble)
    return None


def lasts(session: Session, connection_id: str, now: datetime) -> timedelta:
    """The time for which a workspace has been away; none where it isn't."""
    trouble = session.get(SlackTrouble, connection_id)
    is_away = trouble is not None and trouble.failures >= FAILURES
    return now - trouble.since if trouble is not None and is_away else timedelta()


def note(session: Session, connection_id: str, now: datetime) -> datetime | None:
    """Note a failure; when the workspace is asked next, once it had so many that it is away."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"connection_id": connection_id, "failures": 1, "since": now, "probe_at": now + PROBE}
    statement = dialect.insert(SlackTrouble).values(row)
    more = {"failures": col(SlackTrouble.failures) + 1, "probe_at": now + PROBE}
    statement = statement.on_conflict_do_update(index_elements=["connection_id"], set_=more)
    failures = session.connection().execute(statement.returning(col(SlackTrouble.failures))).scalar_one()
    return now + PROBE if failures >= FAILURES else None


def over(session: Session, connection_id: str) -> None:
    """Note that a workspace answers."""
    session.connection().execute(delete(SlackTrouble).where(col(SlackTrouble.connection_id) == connection_id))


def _find(session: Session, connection_id: str) -> SlackTrouble | None:
    query = select(SlackTrouble).where(SlackTrouble.connection_id == connection_id)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
