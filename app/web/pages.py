"""Pages for everybody: board, receipt, rules, and what a visitor may see of them."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Actor
from app.domain.rulebook.chapters import Chapter, tell
from app.domain.standings.board import Board
from app.domain.text.direction import apart
from app.errors import NotFound, WeekUnknown
from app.models import Week
from app.services import announcements
from app.services.announcements import Line
from app.services.rules import history, rule_sets
from app.services.rules.history import Version
from app.services.shifts import shifts
from app.services.standings.hall_of_fame import records
from app.services.weeks import weeks
from app.web import brand, cards, feedback, latest
from app.web.deps import AppClock, AppDatabase, AppHallOfFame, BoardAct, BoardReader, ReadSession
from app.web.http import redirects
from app.web.http.render import render_page
from app.web.routes import DatabaseRoute
from app.web.topics import board_html
from app.web.views import answer, board_for, made, page_form, position_in, receipt_for, stream_for

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)
routers = (router, latest.router, brand.router, feedback.router, cards.router)

PUBLIC = "public"
"""The value of `as=` for organizers' preview of the public's board; for everybody else it changes nothing."""

Eyes = Annotated[str, Query(alias="as")]


@router.get("/")
async def current_board(request: Request, actor: BoardReader, database: AppDatabase, clock: AppClock) -> Response:
    """The board of the current week, or a friendly word while there is none."""
    try:
        return await week_board(request, weeks.CURRENT, actor)
    except WeekUnknown:
        line = await database.reads.run(_line, database, clock.game())
        return render_page(request, "board/no_week.html", line=line)


def _line(database: Database, now: datetime) -> Line:
    with database.reading() as session:
        return announcements.current(session, now)


@router.get("/summary")
def current_summary(act: BoardAct, session: ReadSession) -> Response:
    """Lead to the summary of the current week, or to the board, which says that there is none."""
    try:
        return redirects.see("week_summary", week=weeks.find(session, weeks.CURRENT, act.now).slug)
    except WeekUnknown:
        return redirects.see("current_board")


@router.get("/weeks")
def all_weeks(request: Request, act: BoardAct, session: ReadSession) -> Response:
    """The weeks that were opened, the newest first; behind a freeze the public learns nothing of what came after."""
    begun = [week for week in weeks.every(session) if week.state != "draft"]
    listed = [week for week in begun if week.archived_at is None]
    rows = [(week, "" if weeks.view(week, act.actor).looks_back else week.state) for week in listed]
    return render_page(request, "board/weeks.html", rows=rows, has_archived=len(listed) < len(begun))


@router.get("/weeks/hall-of-fame")
def hall_of_fame(request: Request, act: BoardAct, session: ReadSession, hall: AppHallOfFame) -> Response:
    """The winners, trophies and records of closed weeks; behind a freeze the public learns nothing of an end."""
    found = hall.results(session, act.actor, act.now)
    return render_page(request, "board/hall_of_fame.html", hall=found, records=records(found.results))


@router.get("/weeks/{week}")
async def week_board(request: Request, week: str, actor: BoardReader, eyes: Eyes = "") -> Response:
    """A week's board, or the part of it that changes."""
    is_preview = eyes == PUBLIC
    snapshot = await board_for(request, week, actor, preview=is_preview)
    return await answer(request, await made(request, snapshot, page_form(request, is_preview=is_preview)))


@router.get("/weeks/{week}/live")
async def live_board(request: Request, week: str, actor: BoardReader, eyes: Eyes = "") -> Response:
    """The moving part of the board's page: at once what the page has not got, then what changes."""
    return await stream_for(request, week, board_html, actor, preview=eyes == PUBLIC, has=position_in(request))


@router.get("/weeks/{week}/teams/{team}")
async def team_receipt(request: Request, week: str, team: str, actor: BoardReader) -> Response:
    """A team's receipt: the awards that its score consists of."""
    snapshot = await board_for(request, week, actor)
    standing = next((standing for standing in snapshot.board.standings if standing.team_id == team), None)
    if standing is None:
        return await _of_merged(request, snapshot.board, team, actor)
    found = await receipt_for(request, snapshot.board.week, team, actor)
    return render_page(
        request, "receipt/index.html", board=snapshot.board, standing=standing, receipt=found.receipt,
        cheers=found.cheers, evidence=found.evidence, zone=snapshot.zone,
    )  # fmt: skip


async def _of_merged(request: Request, board: Board, team: str, actor: Actor | None) -> Response:
    """The way to the receipt of whom a team was merged into. Raises NotFound for any other that the board has not."""
    try:
        found = await receipt_for(request, board.week, team, actor)
    except NotFound:
        found = None
    if found is None or all(standing.team_id != found.team_id for standing in board.standings):
        raise NotFound(f"There’s no such team in {apart(board.name)}. The board lists its teams.")
    return redirects.see("team_receipt", week=board.week, team=found.team_id)


@router.get("/weeks/{week}/rules")
def week_rules(request: Request, act: BoardAct, session: ReadSession, week: str) -> Response:
    """The rules in words, as those that score the week for this reader, and what was changed in them."""
    found = weeks.find(session, week, act.now)
    view = weeks.view(found, act.actor)
    rule_set = rule_sets.numbered(session, view.rule_set_id)
    changes = [(version, _when(version, found)) for version in history.during(session, found, view)]
    return render_page(
        request, "rules/index.html", week=found.slug, name=found.name, state=found.state, zone=found.zone,
        is_frozen=view.looks_back, team_size=rule_sets.valid(rule_set.text).team_size,
        chapters=_chapters(rule_set.text), changes=changes, has_shifts=shifts.has_any(session, found),
        may_edit=act.actor.kind == "person" and act.actor.may("admin"),
    )  # fmt: skip


def _when(version: Version, week: Week) -> str:
    """The weekday and time of a change, in the week's zone; with the date where the weekday could be another week's."""
    at = version.at.astimezone(week.zone)
    is_of_week = week.starts <= at.date() <= week.ends and (week.ends - week.starts).days < 7
    return f"{at:%A %H:%M}" if is_of_week else f"{at:%A} {at.day} {at:%B %H:%M}"


@lru_cache(maxsize=16)
def _chapters(text: str) -> tuple[Chapter, ...]:
    """Tell an accepted text once: trying hundreds of bonuses one by one takes a while."""
    return tell(rule_sets.valid(text))
