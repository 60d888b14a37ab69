"""Health of connections: when they delivered last, what was refused, and if they are quieter than they usually are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.intake.backfills import EVENT_PREFIX
from app.errors import NotFound
from app.models import Connection, Delivery, LedgerEntry, Outage
from app.services.intake import connections, outages, refused, silence
from app.services.intake.refused import Refused
from app.services.intake.silence import Usual

State = Literal["waiting", "working", "failing", "silent"]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLOCKS_AGREE = timedelta(minutes=1)
FAILING = 3
"""Deliveries refused one after the other: anybody can try an address that is easy to guess."""
OUTAGES_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a connection.

    `refused` and `unread` are of the last day; `ahead` is how far the tool's clock is ahead of ours, negative where it
    is behind, and None where they agree or it doesn't say. `quiet` is the time since the last delivery. `rivals` are
    connections that deliver the same, by name.
    """

    connection: Connection
    state: State
    last_at: datetime | None
    last_hour: int
    last_day: int
    unmatched: int
    unread: int
    refused: tuple[Refused, ...]
    ahead: timedelta | None
    quiet: timedelta | None
    usual: Usual
    rivals: tuple[str, ...]
    outages: tuple[Outage, ...]

    @property
    def needs_a_look(self) -> bool:
        """True if an organizer should do something."""
        return self.state in ("failing", "silent") or self.ahead is not None or bool(self.rivals)


class Rate(NamedTuple):
    """Deliveries of the last hour and day, how many of those nobody could read, and the least delay in seconds."""

    hour: int = 0
    day: int = 0
    unread: int = 0
    delayed: int = 0
    least_delay: float | None = None


def of(session: Session, connection_id: str, now: datetime) -> Health:
    """The health of one connection in use. Raises NotFound."""
    for health in every(session, now):
        if health.connection.id == connection_id:
            return health
    raise NotFound("There’s no connection with that id.")


def every(session: Session, now: datetime) -> list[Health]:
    """The health of every connection in use, by name; as many queries for a hundred as for one. Moments are real."""
    found = connections.every(session)
    if not found:
        return []
    last, rates, unmatched = _last(session), _rates(session, found, now), _unmatched(session)
    usual, shared, gaps = (
        silence.usual(session, now),
        _shared(session, found, now),
        outages.since(session, now - OUTAGES_SHOWN),
    )
    refusals: dict[str, list[Refused]] = {}
    for each in refused.hours_since(session, now - DAY):
        refusals.setdefault(each.connection_id, []).append(each)
    return [
        _health(
            connection, now, last.get(connection.id), rates.get(connection.id, Rate()), refusals.get(connection.id, []),
            usual=usual.get(connection.id, Usual()), unmatched=unmatched.get(connection.id, 0),
            rivals=_rivals(connection, found, shared), gaps=gaps,
        )
        for connection in found
    ]  # fmt: skip


def _health(
    connection: Connection, now: datetime, last: datetime | None, rate: Rate, refusals: list[Refused], *,
    usual: Usual, unmatched: int, rivals: tuple[str, ...], gaps: list[Outage],
) -> Health:  # fmt: skip
    quiet = None if last is None else max(now - last, timedelta())
    return Health(
        connection, _state(last, rate, refusals, quiet, usual), last, rate.hour, rate.day, unmatched, rate.unread,
        tuple(refused.by_reason(refusals)), _ahead(rate), quiet, usual, rivals,
        tuple(each for each in gaps if each.ended_at > connection.created_at),
    )  # fmt: skip


def _state(last: datetime | None, rate: Rate, hours: list[Refused], quiet: timedelta | None, usual: Usual) -> State:
    """Failing if more was refused since the last delivery than a stranger's try or two; silent if quieter than usual.

    Where nothing was taken all day, one refused delivery is enough. `hours` are refused ones by hour.
    """
    tries = sum(each.times for each in hours if last is None or each.last_at > last)
    if tries >= FAILING or tries > rate.day:
        return "failing"
    if quiet is None:
        return "waiting"
    return "silent" if quiet > usual.allowed else "working"


def _ahead(rate: Rate) -> timedelta | None:
    """The lead of the tool's clock over ours: a delivery cannot come before it is sent, but some may come late."""
    if rate.least_delay is None or (rate.least_delay > 0 and rate.delayed < silence.FEW):
        return None
    ahead = timedelta(seconds=-rate.least_delay)
    return ahead if abs(ahead) >= CLOCKS_AGREE else None


def _last(session: Session) -> Mapping[str, datetime | None]:
    """The last delivery of each connection in use; backfills are none."""
    newest = (
        select(func.max(Delivery.received_at))
        .where(Delivery.connection_id == Connection.id, _is_sent())
        .correlate(Connection)
        .scalar_subquery()
    )
    query = select(Connection.id, newest).where(col(Connection.disconnected_at).is_(None))
    return dict(session.exec(query).all())


def _is_sent() -> ColumnElement[bool]:
    return col(Delivery.event_id).is_(None) | col(Delivery.event_id).not_like(f"{EVENT_PREFIX}%")


def _rates(session: Session, found: Iterable[Connection], now: datetime) -> Mapping[str, Rate]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    received, sent = col(Delivery.received_at), col(Delivery.sent_at)
    delay = (
        (func.julianday(received) - func.julianday(sent)) * DAY.total_seconds()
        if is_sqlite
        else func.extract("epoch", received) - func.extract("epoch", sent)
    )
    columns = (
        func.sum(case((received > now - HOUR, 1), else_=0)),
        func.count(),
        func.sum(case((col(Delivery.state) == "quarantined", 1), else_=0)),
        func.count(sent),
        func.min(delay),
    )
    of_them = col(Delivery.connection_id).in_([each.id for each in found])
    query = sql_select(col(Delivery.connection_id), *columns).where(of_them, received > now - DAY, _is_sent())
    rows = session.connection().execute(query.group_by(col(Delivery.connection_id)))
    return {row[0]: Rate(row[1], row[2], row[3], row[4], None if row[5] is None else float(row[5])) for row in rows}


def _unmatched(session: Session) -> Mapping[str, int]:
    query = select(Delivery.connection_id, func.count()).where(Delivery.state == "unmatched")
    return dict(session.exec(query.group_by(Delivery.connection_id)).all())


def _shared(session: Session, found: Iterable[Connection], now: datetime) -> Mapping[str, frozenset[str]]:
    """The names under which others recorded what a connection repeated within a day, by its id."""
    query = (
        select(Delivery.connection_id, LedgerEntry.recorded_by)
        .join(LedgerEntry, col(LedgerEntry.id) == Delivery.activity_id)
        .where(
            col(Delivery.connection_id).in_([each.id for each in found]),
            Delivery.received_at > now - DAY,
            Delivery.state == "repeated",
        )
        .distinct()
    )
    shared: dict[str, set[str]] = {}
    for connection_id, name in session.exec(query):
        shared.setdefault(connection_id, set()).add(name)
    return {connection_id: frozenset(names) for connection_id, names in shared.items()}


def _rivals(
    connection: Connection, found: Iterable[Connection], shared: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """The other connections of which one has repeated what the other recorded."""
    return tuple(
        other.name
        for other in found
        if other.id != connection.id
        and (other.name in shared.get(connection.id, ()) or connection.name in shared.get(other.id, ()))
    )
