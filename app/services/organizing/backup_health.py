"""Health of the scheduled backups: the newest one, and why there is none that is newer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from app.config import Settings
from app.errors import Unavailable
from app.models import QueuedJob
from app.services.operations import kept_backups
from app.services.operations.kept_backups import BACK_UP, Copy

OLD = timedelta(days=2)
"""The age of the newest backup from which somebody should look: one was left out, and the next one is due."""


@dataclass(frozen=True, slots=True)
class BackupHealth:
    """The state of the backups in `directory`, due from an hour of the day (UTC) on; `number` are there.

    `failure` is the sentence of the last try where it failed, which is tried again unless it was `given_up`. `is_old`
    says that the newest one is, `is_gone` that some were made and none is there.
    """

    directory: Path
    hour: int
    last: Copy | None = None
    number: int = 0
    failure: str | None = None
    given_up: bool = False
    is_old: bool = False
    is_gone: bool = False


def look(session: Session, settings: Settings, now: datetime) -> BackupHealth | None:
    """Look after the backups; None where none are scheduled."""
    if settings.backup_dir is None:
        return None
    directory, hour = settings.backup_dir, settings.backup_hour
    try:
        copies = kept_backups.copies(directory, now)
    except Unavailable as problem:
        return BackupHealth(directory, hour, failure=problem.detail)
    last, job = copies[0] if copies else None, _last_tried(session)
    has_failed = job is not None and job.done_at is None
    if has_failed and job is not None and job.dead_at is not None and last is not None and last.at > job.dead_at:
        has_failed = False  # one was made by hand since
    return BackupHealth(
        directory, hour, last, len(copies),
        failure=job.error if has_failed and job is not None else None,
        given_up=has_failed and job is not None and job.dead_at is not None,
        is_old=last is not None and last.at < now - OLD,
        is_gone=last is None and job is not None and not has_failed,
    )  # fmt: skip


def _last_tried(session: Session) -> QueuedJob | None:
    """The newest backup that was tried to its end, well or not."""
    is_tried = col(QueuedJob.done_at).is_not(None) | col(QueuedJob.error).is_not(None)
    query = select(QueuedJob).where(QueuedJob.kind == BACK_UP, is_tried).order_by(col(QueuedJob.id).desc())
    return session.exec(query.limit(1)).first()
