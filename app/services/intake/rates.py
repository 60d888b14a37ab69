"""Rates of connections: recent deliveries, counted by an index, and a sample of the newest ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.domain.intake.backfills import EVENT_PREFIX
from app.models import Backfill, Connection, Delivery, LedgerEntry

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAMPLE = 500
"""The newest deliveries of a connection that tell its clock and its rivals."""
MOST_UNREAD = 5_000
"""The newest quarantined deliveries of all connections that are counted."""


class Rate(NamedTuple):
    """Deliveries of the last hour and day, how many of those nobody could read, and the least delay in seconds.

    `delayed` of the newest tell their delay; `unread` has a bound, MOST_UNREAD.
    """

    hour: int = 0
    day: int = 0
    unread: int = 0
    delayed: int = 0
    least_delay: float | None = None


def is_sent() -> ColumnElement[bool]:
    """The condition that a tool sent a delivery: what a backfill fetched is none of its webhook's."""
    return col(Delivery.event_id).is_(None) | col(Delivery.event_id).not_like(f"{EVENT_PREFIX}%")


def every(session: Session, ids: Sequence[str], now: datetime) -> Mapping[str, Rate]:
    """The rates of connections, by id; those that delivered nothing for a day are left out. Moments are real."""
    counts, fetched = _counts(session, ids, now), _fetched(session, ids, now)
    delays, unread = _delays(session, ids, now), _unread(session, now)
    return {
        id_: Rate(hour - fetched.get(id_, (0, 0))[0], sent, unread.get(id_, 0), *delays.get(id_, (0, None)))
        for id_, (hour, day) in counts.items()
        if (sent := day - fetched.get(id_, (0, 0))[1]) > 0
    }


def _counts(session: Session, ids: Sequence[str], now: datetime) -> dict[str, tuple[int, int]]:
    """Count what was stored in the last hour and day: nothing but the index of connection and time is read."""
    hour, day = (_stored_since(now - span) for span in (HOUR, DAY))
    query = sql_select(col(Connection.id), hour, day).where(col(Connection.id).in_(ids))
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(query)}


def _stored_since(moment: datetime) -> Any:
    query = sql_select(func.count()).select_from(Delivery)
    of_it = query.where(col(Delivery.connection_id) == col(Connection.id), col(Delivery.received_at) > moment)
    return of_it.correlate(Connection).scalar_subquery()


def _fetched(session: Session, ids: Sequence[str], now: datetime) -> dict[str, tuple[int, int]]:
    """Count what backfills stored in the last hour and day, looked for at the times when one ran."""
    started, ended, received = col(Backfill.created_at), col(Backfill.finished_at), col(Delivery.received_at)
    of_late = or_(ended.is_(None), ended > now - DAY), col(Backfill.stored) > 0
    ran = sql_select(col(Backfill.connection_id), started, ended).where(col(Backfill.connection_id).in_(ids), *of_late)
    times = [
        and_(col(Delivery.connection_id) == id_, received > max(start, now - DAY), received <= (end or now))
        for id_, start, end in session.connection().execute(ran)
    ]
    if not times:
        return {}
    query = sql_select(col(Delivery.connection_id), func.sum(case((received > now - HOUR, 1), else_=0)), func.count())
    query = query.where(or_(*times), ~is_sent()).group_by(col(Delivery.connection_id))
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(query)}


def _delays(session: Session, ids: Sequence[str], now: datetime) -> dict[str, tuple[int, float | None]]:
    """Count those of the newest deliveries that tell their delay, and find the least of it."""
    received, sent = col(Delivery.received_at), col(Delivery.sent_at)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    delay = (
        (func.julianday(received) - func.julianday(sent)) * DAY.total_seconds()
        if is_sqlite
        else func.extract("epoch", received) - func.extract("epoch", sent)
    )
    query = newest(ids, now, col(Connection.id), func.count(sent), func.min(delay)).group_by(col(Connection.id))
    rows = session.connection().execute(query)
    return {row[0]: (row[1], None if row[2] is None else float(row[2])) for row in rows}


def newest(ids: Sequence[str], now: datetime, *columns: Any) -> Select[Any]:
    """Columns of the newest deliveries of the last day of each of some connections, a sample's worth or a few more."""
    cut = sql_select(col(Delivery.received_at)).where(
        col(Delivery.connection_id) == col(Connection.id), col(Delivery.received_at) > now - DAY
    )
    last = cut.order_by(col(Delivery.received_at).desc()).offset(SAMPLE - 1).limit(1).correlate(Connection)
    since = func.coalesce(last.scalar_subquery(), now - DAY, type_=Delivery.received_at.type)  # type: ignore[attr-defined]
    of_it = and_(col(Delivery.connection_id) == col(Connection.id), col(Delivery.received_at) >= since)
    return sql_select(*columns).join_from(Connection, Delivery, of_it).where(col(Connection.id).in_(ids), is_sent())


def _unread(session: Session, now: datetime) -> dict[str, int]:
    columns = (col(Delivery.connection_id), col(Delivery.received_at), col(Delivery.event_id))
    last = sql_select(*columns).where(col(Delivery.state) == "quarantined").order_by(col(Delivery.seq).desc())
    some = last.limit(MOST_UNREAD).subquery()
    is_sent = some.c.event_id.is_(None) | some.c.event_id.not_like(f"{EVENT_PREFIX}%")
    query = sql_select(some.c.connection_id, func.count()).where(some.c.received_at > now - DAY, is_sent)
    return {row[0]: row[1] for row in session.connection().execute(query.group_by(some.c.connection_id))}


def repeated_of(session: Session, ids: Sequence[str], now: datetime) -> Mapping[str, frozenset[str]]:
    """The names under which others recorded what a connection repeated of late, by its id."""
    query = newest(ids, now, col(Connection.id), col(LedgerEntry.recorded_by))
    query = query.join(LedgerEntry, col(LedgerEntry.id) == col(Delivery.activity_id))
    shared: dict[str, set[str]] = {}
    for connection_id, name in session.connection().execute(query.where(col(Delivery.state) == "repeated").distinct()):
        shared.setdefault(connection_id, set()).add(name)
    return {connection_id: frozenset(names) for connection_id, names in shared.items()}
