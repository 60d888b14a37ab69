"""Silence: the pauses between deliveries of a connection, and the one that is longer than they were."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.domain.intake.backfills import EVENT_PREFIX
from app.models.columns import raw_instant

LOOKED_AT = timedelta(days=14)
"""Two weeks, so that a weekend is a pause like another."""
STEP = timedelta(hours=6)
"""Pauses below this are not measured, so that a look costs a few probes of the index, however much was delivered."""
SHORTEST, UNKNOWN = timedelta(hours=12), timedelta(days=3)
"""The quiet that is allowed at least; and as long as there were too few deliveries to know what is usual."""
FEW = 3

_SENT = "d.connection_id = {connection} AND (d.event_id IS NULL OR d.event_id NOT LIKE '" + EVENT_PREFIX + "%')"
_STEPS = """
WITH RECURSIVE step (connection_id, at) AS (
  SELECT c.id, (SELECT min(d.received_at) FROM delivery d WHERE {of_c} AND d.received_at >= :since)
  FROM connection c WHERE c.disconnected_at IS NULL
  UNION ALL
  SELECT s.connection_id, (SELECT min(d.received_at) FROM delivery d WHERE {of_s} AND d.received_at >= {next})
  FROM step s WHERE s.at IS NOT NULL
)
SELECT s.connection_id, s.at,
  (SELECT max(d.received_at) FROM delivery d WHERE {of_s} AND d.received_at < s.at AND d.received_at >= :since)
FROM step s WHERE s.at IS NOT NULL
"""
_NEXT = {"sqlite": "strftime('%Y-%m-%dT%H:%M:%f', s.at, '+6 hours')", "postgresql": "s.at + interval '6 hours'"}


class Usual(NamedTuple):
    """The longest pause of a connection in two weeks, None below STEP; `is_known` after a few deliveries."""

    longest: timedelta | None = None
    is_known: bool = False

    @property
    def allowed(self) -> timedelta:
        """The time for which it may be quiet."""
        return max(SHORTEST, 1.5 * (self.longest or STEP)) if self.is_known else UNKNOWN


def usual(session: Session, now: datetime) -> Mapping[str, Usual]:
    """The usual pauses of every connection in use that delivered something in two weeks; backfills are no delivery."""
    instants = raw_instant(session.get_bind().dialect)
    of_c, of_s = _SENT.format(connection="c.id"), _SENT.format(connection="s.connection_id")
    statement = text(_STEPS.format(of_c=of_c, of_s=of_s, next=_NEXT[session.get_bind().dialect.name]))
    rows = session.connection().execute(statement, {"since": instants.write(now - LOOKED_AT)}).all()
    steps: dict[str, list[timedelta]] = {}
    for connection_id, at, before in rows:
        pause = timedelta() if before is None else instants.read(at) - instants.read(before)
        steps.setdefault(connection_id, []).append(pause)
    return {connection_id: _usual(pauses) for connection_id, pauses in steps.items()}


def _usual(pauses: Sequence[timedelta]) -> Usual:
    longest = max(pauses)
    return Usual(longest if longest >= STEP else None, len(pauses) >= FEW)
