"""For whoever runs the service: alive, ready, measured."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from starlette.responses import PlainTextResponse, Response

from app import metrics
from app.config import Settings
from app.db.database import Database
from app.domain.view import audience_of
from app.errors import Unavailable
from app.services import jobs
from app.services.operations import kept_backups, schema
from app.services.operations.kept_backups import Copy
from app.services.weeks import weeks
from app.web.deps import AppClock, AppDatabase, AppSettings, AppStreams, Reader
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(database: AppDatabase) -> Response:
    """The database answers and has the newest schema. Raises Unavailable."""
    schema.check(database)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def show_metrics(
    actor: Reader, database: AppDatabase, streams: AppStreams, clock: AppClock, settings: AppSettings
) -> Response:
    """Figures for Prometheus. While the database is away, those of the queue and of backups are the last ones.

    While a week is frozen, who does not see behind a freeze gets nothing that grows with every activity.
    """
    metrics.STREAMS.set(streams.viewers)
    is_hidden = audience_of(actor) == "public"
    with suppress(Unavailable):
        backlog, has_frozen, backup = await database.reads.run(_look, database, settings, clock.real())
        is_hidden &= has_frozen
        metrics.JOBS_WAITING.set(backlog.waiting)
        metrics.JOBS_DEAD.set(backlog.dead)
        metrics.BACKED_UP_AT.set(backup.at.timestamp() if backup else 0)
        metrics.BACKUP_BYTES.set(backup.bytes if backup else 0)
    registry = _Uncounted() if is_hidden else REGISTRY
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _look(database: Database, settings: Settings, now: datetime) -> tuple[jobs.Backlog, bool, Copy | None]:
    """Read the queue's state, whether a week is frozen, and the newest backup."""
    copies: list[Copy] = []
    if settings.backup_dir is not None:
        with suppress(Unavailable):
            copies = kept_backups.copies(settings.backup_dir, now)
    with database.reading() as session:
        return jobs.backlog(session, now), weeks.has_frozen(session), copies[0] if copies else None


class _Uncounted(CollectorRegistry):
    """All figures but those by which hidden activities could be counted."""

    def collect(self) -> Iterator[Metric]:
        """The figures that stay."""
        return (family for family in REGISTRY.collect() if family.name not in metrics.GROW_WITH_ACTIVITIES)
