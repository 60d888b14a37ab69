"""Pairing: a screen that may not read yet shows a code, waits until an organizer has entered it, and comes for it."""

from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.config import Settings
from app.db.database import Database
from app.domain.actor import Actor, DisplayActor
from app.errors import Conflict, NotFound, Problem, SignInNeeded
from app.services.access import credentials, throttle
from app.services.displays import displays
from app.services.operations.secrets import SigningKey
from app.web.access import decide
from app.web.deps import Anybody, AppClock, AppDatabase, AppKey, AppSettings
from app.web.display.screens import release
from app.web.http import cookies, redirects, render
from app.web.http.addresses import url_for
from app.web.http.areas import find_area
from app.web.http.client import base_of, network_of
from app.web.http.qr import qr
from app.web.routes import DatabaseRoute
from app.web.submit import Tries

AREA = find_area("/display")

router = APIRouter(include_in_schema=False, prefix="/display/pairing", route_class=DatabaseRoute)

NO_COOKIE = "This browser keeps no cookies, so it can’t be paired. Allow cookies for this address, then load the page."


def is_paired(actor: Actor | None) -> bool:
    """Tell whether this is a screen that was let in."""
    return isinstance(actor, DisplayActor)


def needs_code(settings: Settings, actor: Actor | None) -> bool:
    """Tell whether a screen has to be paired before it shows boards. Raises NotAllowed for who may never read."""
    try:
        decide(AREA, actor, settings)
    except SignInNeeded:
        return True
    return False


def _may_pair(settings: Settings, actor: Actor | None, secret: str | None) -> bool:
    """Tell whether a screen that could read anyway asked for a code of its own, where boards are public."""
    return settings.board_visibility == "public" and secret is not None and not is_paired(actor)


def show_code(
    request: Request,
    database: Database,
    settings: Settings,
    key: SigningKey,
    refused: Problem | None = None,
) -> Response:
    """The page with this screen's code. The screen keeps the secret that the code follows from; we keep nothing.

    Raises NotAllowed where the secret would travel for everybody to read. To be called where reading is.
    """
    cookies.check_safe(request, settings)
    kept = cookies.read(request, "display")
    if kept is not None and _is_spent(database, kept):
        kept = None
    secret = kept or credentials.make(credentials.SCREEN)
    code = _code(key, secret)
    link = base_of(request, settings) + url_for("organizer_displays", code=code)
    page = render.render(
        "display/pairing.html",
        code=credentials.shown_code(code),
        picture=qr(link, title="The page where an organizer enters this code"),
        site=link.partition("://")[2].partition("/")[0],
        refused=refused.detail if refused else "",
        release=release(),
    )
    response = HTMLResponse(page, refused.status if refused else 200)
    if not kept:
        cookies.write(request, response, "display", secret)
    return response


def _is_spent(database: Database, secret: str) -> bool:
    with database.reading() as session:
        return displays.is_known(session, secret)


def _code(key: SigningKey, secret: str) -> str:
    return displays.code_of(key.reveal(), secret)


@router.get("")
def pairing_state(
    request: Request, actor: Anybody, database: AppDatabase, settings: AppSettings, key: AppKey, clock: AppClock
) -> Response:
    """Answer a screen's poll: whether its code was entered, and the release by which it reloads itself."""
    document = {"state": "paired", "code": "", "release": release()}
    secret = cookies.read(request, "display")
    if needs_code(settings, actor) or _may_pair(settings, actor, secret):
        code = _code(key, secret) if secret else ""
        state = _state(database, code, clock.real()) if code else "no cookie"
        document |= {"state": state, "code": credentials.shown_code(code) if code else ""}
    return JSONResponse(document)


def _state(database: Database, code: str, now: datetime) -> str:
    with database.reading() as session:
        return "entered" if displays.awaits(session, code, now) else "waiting"


@router.post("", name="display_claim")
def claim_display(
    request: Request, actor: Anybody, database: AppDatabase, settings: AppSettings, key: AppKey, clock: AppClock
) -> Response:
    """Come for what an organizer has entered for this screen's code; then the screen may read."""
    secret = cookies.read(request, "display")
    if not needs_code(settings, actor) and not _may_pair(settings, actor, secret):
        return redirects.see("display")
    if secret is None:
        raise Conflict(NO_COOKIE)
    Tries(throttle.PAIRINGS_FROM_ADDRESS, network_of(request)).count(request)
    try:
        with database.unit_of_work() as session:
            displays.claim(session, _code(key, secret), secret, clock.real())
    except NotFound as problem:
        return show_code(request, database, settings, key, problem)
    return redirects.see("display")
