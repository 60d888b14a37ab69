"""The office display: one page for a screen nobody touches, its stream, and its pulse."""

from hashlib import sha256

from fastapi import APIRouter
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app import __version__
from app.errors import WeekUnknown
from app.services.weeks import CURRENT
from app.web import render
from app.web.access import BoardReader, credential_of
from app.web.boards import Served
from app.web.live import Key
from app.web.origin import address_of
from app.web.render import VARY, wants_partial
from app.web.state import Installation, installation

FILES = ("app.css", "display.css", "app.js", "display.js")

router = APIRouter(include_in_schema=False)


@router.get("/display")
async def display(request: Request, _who: BoardReader) -> Response:
    """The display's page, or the picture on it. Everybody who looks at a wall sees what the public may see."""
    place = installation(request)
    served = await _current(place)
    picture = await run_in_threadpool(place.projector.picture, served) if served else _no_week()
    headers = {"Vary": f"{VARY}, Authorization, Cookie", "Cache-Control": "no-store"}
    if wants_partial(request):
        return HTMLResponse(picture, headers=headers)
    markup = Markup(picture.decode())  # noqa: S704 - our own template made it
    page = render.render("display/index.html", picture=markup, release=release(), now=_now(place))
    return HTMLResponse(page, headers=headers)


@router.get("/display/live")
async def display_live(request: Request, _who: BoardReader) -> Response:
    """The picture of the current week, at once and after every change; another week's when that becomes current."""
    place = installation(request)
    key = Key(CURRENT, True, place.projector)
    return await place.streams.open(key, address_of(request), credential_of(request))


@router.get("/display/pulse")
async def display_pulse(request: Request, _who: BoardReader) -> Response:
    """What a screen asks every few seconds: the server's clock and release, and which picture is the newest."""
    place = installation(request)
    served = await _current(place)
    document = {"now": _now(place), "release": release(), "mark": served.mark if served else ""}
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


async def _current(place: Installation) -> Served | None:
    """The public board of the current week; None while there is no week."""
    try:
        return await place.boards.public(CURRENT)
    except WeekUnknown:
        return None


def _now(place: Installation) -> str:
    return place.clock().isoformat(timespec="milliseconds")


def _no_week() -> bytes:
    return render.render("display/_no_week.html")


def release() -> str:
    """Differs whenever a page that is open should load itself anew: another version, style or script."""
    files = [render.asset(name) for name in FILES]
    scripts = [script.src for script in render.scripts()]
    return sha256(repr((__version__, files, scripts)).encode()).hexdigest()[:12]
