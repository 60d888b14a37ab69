"""Fetched items: stored as deliveries of their connection, and told from those that its webhook delivered."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.database import announce
from app.domain.intake.backfills import BACKFILLED, Item
from app.events import DeliveryStored
from app.models import Connection, Delivery, LedgerEntry, Week
from app.models.columns import new_id
from app.services.intake import connections
from app.services.intake.deliveries import kept_headers

ROWS = 500
"""Rows of one statement, few enough for every engine's limit of parameters."""
MOST_READINGS = 5_000
"""The newest deliveries of a source that a comparison looks at."""
BEFORE = timedelta(hours=1)
"""A tool's clock may be behind ours by less."""


def store(session: Session, connection: Connection, items: Sequence[Item], now: datetime) -> list[datetime]:
    """Keep items as deliveries that wait to be processed; the times of those that no backfill stored before."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    at = {item.event_id: item.at for item in items}
    rows = [
        {
            "id": new_id(), "connection_id": connection.id, "event_id": item.event_id, "received_at": now,
            "state": "received", "attempts": 0, "headers": kept_headers(item.headers), "body": item.body,
        }
        for item in {item.event_id: item for item in items}.values()
    ]  # fmt: skip
    times: list[datetime] = []
    for first in range(0, len(rows), ROWS):
        insert = dialect.insert(Delivery).values(rows[first : first + ROWS])
        once = insert.on_conflict_do_nothing(index_elements=["connection_id", "event_id"])
        made = session.connection().execute(once.returning(col(Delivery.event_id))).scalars()
        times += [at[event_id] for event_id in made if event_id is not None]
    if times:
        announce(session, DeliveryStored())
    return times


def unknown(session: Session, connection: Connection, items: Sequence[Item], since: datetime) -> tuple[Item, ...]:
    """The items that neither a webhook of the same source has delivered since a moment, nor the ledger holds."""
    recorded = _recorded(session, connection, [item.entity for item in items])
    left = [item for item in items if item.entity not in recorded]
    if not left:
        return ()
    delivered = _delivered(session, connection, since)
    return tuple(item for item in left if item.entity not in delivered)


def _recorded(session: Session, connection: Connection, external_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for first in range(0, len(external_ids), ROWS):
        query = select(LedgerEntry.external_id).where(
            col(LedgerEntry.week_id).in_(select(Week.id)),
            LedgerEntry.source == connection.source,
            LedgerEntry.kind == BACKFILLED[connection.kind].activity,
            col(LedgerEntry.external_id).in_(external_ids[first : first + ROWS]),
        )
        found.update(session.exec(query))
    return found


def _delivered(session: Session, connection: Connection, since: datetime) -> set[str]:
    """The names of what the newest deliveries of a source tell of."""
    query = (
        select(Delivery.reading)
        .where(
            col(Delivery.connection_id).in_(connections.ids_of_source(session, connection.source)),
            Delivery.received_at >= since - BEFORE,
            col(Delivery.reading).is_not(None),
        )
        .order_by(col(Delivery.seq).desc())
        .limit(MOST_READINGS)
    )
    return {name for text in session.exec(query) if text for name in _names(json.loads(text)["reports"])}


def _names(reports: Iterable[dict[str, str]]) -> Iterable[str]:
    """The entities of reports; a withdrawal is another one than what it withdraws."""
    for report in reports:
        external_id = report.get("external_id") or ""
        yield f"{external_id}:{report['cause']}" if report["is"] == "withdrawal" else external_id
