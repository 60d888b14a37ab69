"""Refused deliveries: counted by connection, reason and hour, so that whoever sends a lot fills no disk."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, get_args

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.models import RefusedDelivery

Reason = Literal["unsigned", "signature", "no_secret", "address", "clock", "form", "size"]
REASONS: Final = get_args(Reason)
KEPT = timedelta(days=7)


class Refused(NamedTuple):
    """Deliveries of a connection that were refused for a reason, within an hour or since some moment.

    `seconds` is how far the last one's clock was ahead of ours, where that was the reason.
    """

    connection_id: str
    reason: Reason
    times: int
    last_at: datetime
    seconds: int | None = None


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def add(session: Session, refused: Sequence[Refused]) -> None:
    """Add what was refused to the counts of its connection, reason and hour, in one order: servers add at once."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(RefusedDelivery)
    statement = insert.on_conflict_do_update(
        index_elements=["connection_id", "hour", "reason"],
        set_={
            "times": col(RefusedDelivery.times) + insert.excluded.times,
            "last_at": insert.excluded.last_at,
            "seconds": insert.excluded.seconds,
        },
    )
    rows = [{**each._asdict(), "hour": hour_of(each.last_at)} for each in sorted(refused, key=lambda each: each[:2])]
    if rows:
        session.connection().execute(statement, rows)


def hours_since(session: Session, moment: datetime) -> list[Refused]:
    """Refused deliveries from the hour of a moment on, by connection, reason and hour, the newest first."""
    query = (
        select(RefusedDelivery)
        .where(RefusedDelivery.hour >= hour_of(moment))
        .order_by(col(RefusedDelivery.last_at).desc(), RefusedDelivery.connection_id, RefusedDelivery.reason)
    )
    return [
        Refused(row.connection_id, row.reason, row.times, row.last_at, row.seconds)  # type: ignore[arg-type]  # no other
        for row in session.exec(query)
    ]


def by_reason(hours: Iterable[Refused]) -> list[Refused]:
    """The same by connection and reason: the newest of each, with the times of all."""
    found: dict[tuple[str, str], Refused] = {}
    for each in hours:
        newest = found.setdefault((each.connection_id, each.reason), each)
        if newest is not each:
            found[each.connection_id, each.reason] = newest._replace(times=newest.times + each.times)
    return list(found.values())


def forget(session: Session, now: datetime) -> int:
    """Delete what was refused long ago; how many rows."""
    old = RefusedDelivery.hour < now - KEPT
    return session.connection().execute(delete(RefusedDelivery).where(old)).rowcount  # type: ignore[arg-type]
