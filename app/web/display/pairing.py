"""Pairing: a screen that may not read yet shows a code, waits until an organizer has entered it, and comes for it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.domain.actor import Actor
from app.errors import Conflict, NotFound, SignInNeeded
from app.services.access import credentials, throttle
from app.services.displays import displays
from app.web.access import decide
from app.web.context import AppContext, installation
from app.web.deps import Anybody
from app.web.display.screens import release
from app.web.http import cookies, redirects, render
from app.web.http.addresses import url_for
from app.web.http.areas import find_area
from app.web.http.client import base_of, network_of
from app.web.http.qr import qr
from app.web.routes import DatabaseRoute

AREA = find_area("/display")

router = APIRouter(include_in_schema=False, prefix="/display/pairing", route_class=DatabaseRoute)

NO_COOKIE = "This browser keeps no cookies, so it cannot be paired. Allow cookies for this address, then load the page."


def needs_code(place: AppContext, actor: Actor | None) -> bool:
    """Tell whether a screen has to be paired before it shows boards. Raises NotAllowed for who may never read."""
    try:
        decide(AREA, actor, place.settings)
    except SignInNeeded:
        return True
    return False


async def show_code(request: Request, *, status: int = 200, refused: str = "") -> Response:
    """The page with this screen's code. The screen keeps the secret that the code follows from; we keep nothing.

    Raises NotAllowed where the secret would travel for everybody to read.
    """
    place = installation(request)
    cookies.check_safe(request, place.settings)
    kept = cookies.read(request, "display")
    if kept is not None and await place.database.reads.run(_is_spent, place, kept):
        kept = None
    secret = kept or credentials.make(credentials.SCREEN)
    code = _code(place, secret)
    link = base_of(request, place.settings) + url_for("organizer_displays", code=code)
    page = render.render(
        "display/pairing.html",
        code=credentials.shown_code(code),
        picture=qr(link, title="The page where an organizer enters this code"),
        site=link.partition("://")[2].partition("/")[0],
        refused=refused,
        release=release(),
    )
    response = HTMLResponse(page, status)
    if not kept:
        cookies.write(request, response, "display", secret)
    return response


def _is_spent(place: AppContext, secret: str) -> bool:
    with place.database.reading() as session:
        return displays.is_known(session, secret)


def _code(place: AppContext, secret: str) -> str:
    return displays.code_of(place.key.reveal(), secret)


@router.get("")
async def pairing_state(request: Request, actor: Anybody) -> Response:
    """Answer a screen's poll: whether its code was entered, and the release by which it reloads itself."""
    place = installation(request)
    secret = cookies.read(request, "display")
    document = {"state": "paired", "code": "", "release": release()}
    if needs_code(place, actor):
        code = _code(place, secret) if secret else ""
        state = await place.database.reads.run(_state, place, code) if code else "no cookie"
        document |= {"state": state, "code": credentials.shown_code(code) if code else ""}
    return JSONResponse(document)


def _state(place: AppContext, code: str) -> str:
    with place.database.reading() as session:
        return "entered" if displays.awaits(session, code, place.clock.real()) else "waiting"


@router.post("", name="display_claim")
async def claim_display(request: Request, actor: Anybody) -> Response:
    """Come for what an organizer has entered for this screen's code; then the screen may read."""
    place = installation(request)
    if needs_code(place, actor):
        secret = cookies.read(request, "display")
        if secret is None:
            raise Conflict(NO_COOKIE)
        try:
            await place.count(throttle.PAIRINGS_FROM_ADDRESS, network_of(request))
            await place.database.writes.run(_claim, place, request, secret)
        except NotFound as problem:
            return await show_code(request, status=problem.status, refused=problem.detail)
    return redirects.see("display")


def _claim(place: AppContext, request: Request, secret: str) -> None:
    with place.database.unit_of_work() as session:
        displays.claim(session, _code(place, secret), secret, place.clock.real())
