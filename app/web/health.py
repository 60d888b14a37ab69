"""For whoever runs the service: alive, ready, measured."""

from contextlib import suppress

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import metrics
from app.errors import Unavailable
from app.services import jobs, schema
from app.web.access import Reader
from app.web.routes import DatabaseRoute
from app.web.state import Installation, installation

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(request: Request) -> Response:
    """The database answers and has the newest schema. Raises Unavailable."""
    schema.check(installation(request).database)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def show_metrics(request: Request, _who: Reader) -> Response:
    """Figures for Prometheus. While the database is away, those of the queue are the last ones."""
    place = installation(request)
    metrics.STREAMS.set(place.streams.viewers)
    with suppress(Unavailable):
        backlog = await place.database.reads.run(_backlog, place)
        metrics.JOBS_WAITING.set(backlog.waiting)
        metrics.JOBS_DEAD.set(backlog.dead)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _backlog(place: Installation) -> jobs.Backlog:
    with place.database.reading() as session:
        return jobs.backlog(session, place.wall())
