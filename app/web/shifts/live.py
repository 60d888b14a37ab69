"""The stream of the shifts page: seats as they are taken and left."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.live.messages import Reading
from app.web.access import credential_of, decide
from app.web.deps import AppSettings, AppStreams, BoardReader
from app.web.event_stream import EventStream
from app.web.http.areas import find_area
from app.web.http.client import network_of
from app.web.http.content_coding import accepts_gzip
from app.web.routes import DatabaseRoute
from app.web.seats.seat_lists import SeatsTopic
from app.web.views import position_in

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/weeks/{week}/shifts/live")
async def live_shifts(
    request: Request, week: str, actor: BoardReader, streams: AppStreams, settings: AppSettings
) -> Response:
    """The seats of a week's shifts: at once what the page has not got, then what changes."""
    access = decide(find_area(request.scope["path"]), actor, settings)
    topic = SeatsTopic(week, access.audience, isinstance(actor, SignedInActor), access.needs)
    reading = Reading(position_in(request), accepts_gzip(request.scope))
    return EventStream(await streams.open(topic, network_of(request), credential_of(request), reading))
