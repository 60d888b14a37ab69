"""The office display: one page for a screen nobody touches, its stream, and its pulse."""

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.errors import WeekUnknown
from app.live.messages import Reading
from app.services.weeks.weeks import CURRENT
from app.web.access import credential_of, needs_of_board
from app.web.boards import BoardSnapshot
from app.web.context import AppContext, installation
from app.web.deps import Anybody, BoardReader
from app.web.display import pairing
from app.web.display.screens import release
from app.web.http import render
from app.web.http.client import network_of
from app.web.http.content_coding import accepts_gzip
from app.web.http.render import VARY, wants_partial
from app.web.routes import DatabaseRoute
from app.web.topics import Topic

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/display")
async def display(request: Request, actor: Anybody) -> Response:
    """The display's page, or the picture on it; a code for who may not read boards yet.

    Everybody who looks at a wall sees what the public may see.
    """
    place = installation(request)
    if pairing.needs_code(place, actor):
        return await pairing.show_code(request)
    snapshot = await _current(place)
    picture = await place.database.reads.run(place.display_renderer.picture, snapshot) if snapshot else _no_week()
    headers = {"Vary": f"{VARY}, Authorization, Cookie"}
    if wants_partial(request):
        return HTMLResponse(picture, headers=headers)
    markup = Markup(picture.decode())  # noqa: S704 - our own template made it
    page = render.render("display/index.html", picture=markup, release=release(), now=_now(place))
    return HTMLResponse(page, headers=headers)


@router.get("/display/live")
async def display_live(request: Request, _who: BoardReader) -> Response:
    """The picture of the current week, at once and after every change; another week's when that becomes current."""
    place = installation(request)
    topic = Topic(CURRENT, "public", place.display_renderer, needs_of_board(place.settings))
    reading = Reading(is_gzip=accepts_gzip(request.scope))
    return await place.streams.open(topic, network_of(request), credential_of(request), reading)


@router.get("/display/pulse")
async def display_pulse(request: Request, _who: BoardReader) -> Response:
    """Answer a screen's heartbeat: the server's clock and release, and the mark of the newest picture."""
    place = installation(request)
    snapshot = await _current(place)
    mark = place.display_renderer.version_key(snapshot) if snapshot else ""
    return JSONResponse({"now": _now(place), "release": release(), "mark": mark})


async def _current(place: AppContext) -> BoardSnapshot | None:
    """The public board of the current week; None while there is no week."""
    try:
        return await place.boards.get(CURRENT, "public")
    except WeekUnknown:
        return None


def _now(place: AppContext) -> str:
    return place.clock.game().isoformat(timespec="milliseconds")


def _no_week() -> bytes:
    return render.render("display/_no_week.html")
