"""The office display: one page for a screen nobody touches, its stream, and its pulse."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.db.database import Database
from app.domain.actor import Actor, DisplayActor
from app.domain.calendar.days import zone_or_utc
from app.domain.screens.wall import ALL
from app.domain.standings.ceremony import is_on
from app.errors import WeekUnknown
from app.live.messages import Reading
from app.services import announcements, ceremonies
from app.services.announcements import Line
from app.services.ceremonies import Begun
from app.services.weeks.weeks import CURRENT
from app.web.access import credential_of, needs_of_board
from app.web.board_cache import BoardCache
from app.web.boards import BoardSnapshot
from app.web.deps import (
    Anybody,
    AppBoards,
    AppClock,
    AppDatabase,
    AppDisplayRenderer,
    AppKey,
    AppSettings,
    AppStreams,
    BoardReader,
)  # fmt: skip
from app.web.display import pairing
from app.web.display.screens import release
from app.web.event_stream import EventStream
from app.web.http import render
from app.web.http.addresses import url_for
from app.web.http.client import base_of, network_of
from app.web.http.content_coding import accepts_gzip
from app.web.http.qr import qr
from app.web.http.render import VARY, wants_partial
from app.web.routes import DatabaseRoute
from app.web.scenes.display_renderer import ScreenRenderer
from app.web.topics import BoardTopic

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/display")
async def display(
    request: Request,
    actor: Anybody,
    boards: AppBoards,
    renderer: AppDisplayRenderer,
    database: AppDatabase,
    settings: AppSettings,
    key: AppKey,
    clock: AppClock,
    pair: Annotated[Literal["", "yes"], Query()] = "",
) -> Response:
    """The display's page, or the picture on it; a code for who may not read boards yet, or wants to `pair` anyway.

    Everybody who looks at a wall sees what the public may see.
    """
    if pairing.needs_code(settings, actor) or (pair and not pairing.is_paired(actor)):
        return await database.reads.run(pairing.show_code, request, database, settings, key)
    snapshot = await _current(boards)
    if snapshot is None:
        picture = _no_week(await _line(database, clock.game()))
    else:
        picture = await database.reads.run(renderer.picture, snapshot, screen_of(actor))
    headers = {"Vary": f"{VARY}, Authorization, Cookie"}
    if wants_partial(request):
        return HTMLResponse(picture, headers=headers)
    markup = Markup(picture.decode())  # noqa: S704 - our own template made it
    check_in = qr(base_of(request, settings) + url_for("my_shift_now"), title="Your shift, where you check in")
    page = render.render(
        "display/index.html", picture=markup, release=release(), now=_text(clock.game()), check_in=check_in
    )
    return HTMLResponse(page, headers=headers)


@router.get("/display/live")
async def display_live(
    request: Request, reader: BoardReader, streams: AppStreams, renderer: AppDisplayRenderer, settings: AppSettings
) -> Response:
    """The picture of the current week, at once and after every change; another week's when that becomes current."""
    topic = BoardTopic(CURRENT, "public", ScreenRenderer(renderer, screen_of(reader)), needs_of_board(settings))
    reading = Reading(is_gzip=accepts_gzip(request.scope))
    return EventStream(await streams.open(topic, network_of(request), credential_of(request), reading))


@router.get("/display/pulse")
async def display_pulse(
    reader: BoardReader, boards: AppBoards, renderer: AppDisplayRenderer, clock: AppClock, database: AppDatabase
) -> Response:
    """Answer a screen's heartbeat: clocks, release, the newest picture's mark, a ceremony's stage, the next night.

    The night is two moments of the real time, between which the screen is dark; null without quiet hours.
    """
    snapshot, screen = await _current(boards), screen_of(reader)
    mark = renderer.version_key(snapshot, screen) if snapshot else (await _line(database, clock.game())).key
    night = renderer.wall.plan(screen).night(clock.real(), snapshot.zone if snapshot else zone_or_utc("UTC"))
    document: dict[str, object] = {"now": _text(clock.game()), "real": _text(clock.real()), "release": release()}
    document |= {"mark": mark, "stage": await _stage(database, boards, clock.game())}
    return JSONResponse(document | {"night": [_text(moment) for moment in night] if night else None})


def screen_of(actor: Actor | None) -> str:
    """The screen whose plan somebody sees: a paired one's own; everybody else sees the one for all."""
    return actor.display_id if isinstance(actor, DisplayActor) else ALL


async def _stage(database: Database, boards: BoardCache, now: datetime) -> str:
    """The address of the stage while a ceremony is on; empty else."""

    def look() -> Begun | None:
        with database.reading() as session:
            return ceremonies.last_begun(session, now)

    begun = await database.reads.run(look)
    if begun is None:
        return ""
    board = (await boards.get(begun.week, "organizers")).board
    return url_for("ceremony", week=begun.week, screen="yes") if is_on(begun.step, board, begun.moved_at, now) else ""


async def _current(boards: BoardCache) -> BoardSnapshot | None:
    """The public board of the current week; None while there is no week."""
    try:
        return await boards.get(CURRENT, "public")
    except WeekUnknown:
        return None


def _text(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")


async def _line(database: Database, now: datetime) -> Line:
    """The announcement."""

    def look() -> Line:
        with database.reading() as session:
            return announcements.current(session, now)

    return await database.reads.run(look)


def _no_week(line: Line) -> bytes:
    return render.render("display/_no_week.html", line=line)
