"""Health of the service, as its overview tells it: the database and its disk, jobs, and when no server ran."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from app.config import Settings
from app.models import Outage
from app.services import jobs
from app.services.intake import outages
from app.services.operations import room
from app.services.operations.room import Room
from app.services.organizing import backup_health
from app.services.organizing.backup_health import BackupHealth

LOOKED_AT = timedelta(days=7)
LATE = timedelta(minutes=5)
"""The age of a job that is due and was not begun, from which something holds them up."""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """The state of the service: the database's `engine` and its bytes, None where it doesn't tell.

    `room` is that of the disk of a SQLite file, `backups` are None where none are scheduled. `is_held_up` says that
    jobs are due for long; `outages` are those of the last seven days, the newest first.
    """

    engine: str
    size: int | None
    room: Room | None
    jobs: int
    is_held_up: bool
    outages: Sequence[Outage]
    backups: BackupHealth | None


def look(session: Session, settings: Settings, now: datetime) -> ServiceHealth:
    """Look after the service; `now` is the real time."""
    backlog = jobs.backlog(session, now)
    is_held_up = backlog.oldest_due is not None and backlog.oldest_due < now - LATE
    return ServiceHealth(
        "SQLite" if settings.on_sqlite else "PostgreSQL", _size(session),
        room.of(settings.data_dir) if settings.on_sqlite else None,
        backlog.waiting, is_held_up, outages.since(session, now - LOOKED_AT),
        backup_health.look(session, settings, now),
    )  # fmt: skip


def _size(session: Session) -> int | None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        size: int | None = connection.scalar(select(func.pg_database_size(func.current_database())))
        return size
    pages, page = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages * page)
