"""For whoever runs the service: alive, ready, measured."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.errors import Unavailable
from app.services import schema
from app.web.access import Reader
from app.web.state import installation

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(request: Request) -> Response:
    """The database answers and has the newest schema. Raises Unavailable."""
    if not schema.is_current(installation(request).database):
        raise Unavailable("The database lacks a migration. Run `assembly-week migrate`.")
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def metrics(_who: Reader) -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
