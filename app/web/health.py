"""For whoever runs the service: alive, ready, measured."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.services import schema
from app.web.access import Reader
from app.web.routes import DatabaseRoute
from app.web.state import installation

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
async def metrics(_who: Reader) -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
