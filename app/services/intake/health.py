"""Health of connections: when they delivered last, what was refused, and if they are quieter than they usually are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.intake.kinds import KINDS
from app.errors import NotFound
from app.models import Connection, Delivery, Outage
from app.services.intake import connections, outages, rates, refused, silence
from app.services.intake.rates import DAY, Rate
from app.services.intake.refused import Refused
from app.services.intake.silence import Usual

State = Literal["waiting", "working", "failing", "silent"]
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


def of(session: Session, connection_id: str, now: datetime) -> Health:
    """The health of one connection in use. Raises NotFound."""
    found = connections.every(session)
    for health in _of(session, found, [each for each in found if each.id == connection_id], now):
        return health
    raise NotFound("There’s no connection with that id.")


def every(session: Session, now: datetime) -> list[Health]:
    """The health of every connection in use, by name; as many queries for a hundred as for one. Moments are real."""
    found = connections.every(session)
    return _of(session, found, found, now)


def _of(session: Session, found: list[Connection], wanted: list[Connection], now: datetime) -> list[Health]:
    """The health of those wanted among the connections that are in use."""
    if not wanted:
        return []
    ids = [connection.id for connection in wanted]
    last, unmatched, usual = _last(session, ids), _unmatched(session), silence.usual(session, now)
    of_late, gaps = rates.every(session, ids, now), outages.since(session, now - OUTAGES_SHOWN)
    shared = rates.repeated_of(session, [connection.id for connection in found], now)
    refusals: dict[str, list[Refused]] = {}
    for each in refused.hours_since(session, now - DAY):
        refusals.setdefault(each.connection_id, []).append(each)
    return [
        _health(
            connection, now, last.get(connection.id), of_late.get(connection.id, Rate()),
            refusals.get(connection.id, []), usual=usual.get(connection.id, Usual()),
            unmatched=unmatched.get(connection.id, 0), rivals=_rivals(connection, found, shared), gaps=gaps,
        )
        for connection in wanted
    ]  # fmt: skip


def _health(
    connection: Connection, now: datetime, last: datetime | None, rate: Rate, refusals: list[Refused], *,
    usual: Usual, unmatched: int, rivals: tuple[str, ...], gaps: list[Outage],
) -> Health:  # fmt: skip
    quiet = None if last is None else max(now - last, timedelta())
    return Health(
        connection, _state(connection, last, rate, refusals, quiet, usual), last, rate.hour, rate.day, unmatched,
        rate.unread, tuple(refused.by_reason(refusals)), _ahead(rate), quiet, usual, rivals,
        tuple(each for each in gaps if each.ended_at > connection.created_at),
    )  # fmt: skip


def _state(
    connection: Connection,
    last: datetime | None,
    rate: Rate,
    hours: list[Refused],
    quiet: timedelta | None,
    usual: Usual,
) -> State:
    """Failing if more was refused since the last delivery than a stranger's try or two; silent if quieter than usual.

    Where nothing was taken all day, one refused delivery is enough. `hours` are refused ones by hour.
    """
    tries = sum(each.times for each in hours if last is None or each.last_at > last)
    if tries >= FAILING or tries > rate.day:
        return "failing"
    if quiet is None:
        return "waiting"
    return "silent" if quiet > usual.allowed and not KINDS[connection.kind].is_chat else "working"


def _ahead(rate: Rate) -> timedelta | None:
    """The lead of the tool's clock over ours: a delivery cannot come before it is sent, but some may come late."""
    if rate.least_delay is None or (rate.least_delay > 0 and rate.delayed < silence.FEW):
        return None
    ahead = timedelta(seconds=-rate.least_delay)
    return ahead if abs(ahead) >= CLOCKS_AGREE else None


def _last(session: Session, ids: Sequence[str]) -> Mapping[str, datetime | None]:
    """The last delivery of each of some connections; backfills are none."""
    newest = (
        select(func.max(Delivery.received_at))
        .where(Delivery.connection_id == Connection.id, rates.is_sent())
        .correlate(Connection)
        .scalar_subquery()
    )
    return dict(session.exec(select(Connection.id, newest).where(col(Connection.id).in_(ids))).all())


def _unmatched(session: Session) -> Mapping[str, int]:
    query = select(Delivery.connection_id, func.count()).where(Delivery.state == "unmatched")
    return dict(session.exec(query.group_by(Delivery.connection_id)).all())


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
