"""A team's code: colleagues let themselves into the team, until it is full."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Act, SignedInAct
from app.errors import Conflict, NotAllowed, NotFound, Problem, WeekNotOpen
from app.services.access import accounts, throttle
from app.services.organizing import join_codes
from app.services.rules import rule_sets
from app.services.teams import teams
from app.web.deps import AnybodyAct, AppDatabase, AppSettings, count_try, give_back_try
from app.web.http import cookies, onward, redirects
from app.web.http.client import network_of
from app.web.http.fields import Email, Name
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.submit import Done, Page, Tries, refuse, submit

router = APIRouter(include_in_schema=False, prefix="/join", route_class=DatabaseRoute)

OVER = "This week is closed. You can’t join."
T = TypeVar("T")


class JoinForm(Form):
    """Somebody who is not signed in says who they are; of others it asks nothing."""

    name: Name = ""
    email: Email = ""


@router.get("", name="join_with_code")
async def ask_for_code(
    request: Request,
    act: AnybodyAct,
    database: AppDatabase,
    code: Annotated[str, Query()] = "",
    to: Annotated[str, Query()] = "",
) -> Response:
    """Ask for a code, or go on with the one that was typed."""
    if not code.strip():
        return code_page(Page(request, act), to=to)
    try:
        await _read_as_try(request, database, partial(_look, database, code))
    except Problem as problem:
        return code_page(Page(request, act, problem=problem), code=code, to=to)
    return redirects.see("join_team", code=join_codes.tidy(code), to=to)


def _look(database: Database, code: str) -> None:
    """Raise NotFound for a code that leads to no team."""
    with database.reading() as session:
        join_codes.look(session, code)


async def _read_as_try(request: Request, database: Database, read: Callable[[], T]) -> T:
    """Read what a code leads to. It is counted as a try before, and given back where it leads to a team."""
    limit, network = throttle.JOINS_FROM_ADDRESS, network_of(request)
    await count_try(request, limit, network)
    found = await database.reads.run(read)
    await give_back_try(request, limit, network)
    return found


def code_page(page: Page[Act], *, code: str = "", to: str = "") -> Response:
    """The page that asks for a code; `to` is the one that somebody wants then."""
    return page.render("sign_in/code.html", code=code, to=to if onward.read(to) else "")


@router.get("/{code}")
async def join_team(
    request: Request, act: AnybodyAct, database: AppDatabase, code: str, to: Annotated[str, Query()] = ""
) -> Response:
    """The team behind a code, and how to join it. It counts a try, and reads."""

    def show() -> Response:
        with database.reading() as session:
            return _team_page(Page(request, act, session), code, to)

    try:
        return await _read_as_try(request, database, show)
    except Problem as problem:
        return code_page(Page(request, act, problem=problem), code=code, to=to)


def _team_page(page: Page[Act], code: str, to: str) -> Response:
    """The page of a team. Raises NotFound, or Conflict for a week that is over."""
    session = page.session
    team, week = join_codes.look(session, code)
    return page.render(
        "sign_in/join.html", code=join_codes.tidy(code), team=team, week=week.slug, joined=week,
        form=page.form(JoinForm), to=to if onward.read(to) else "",
        members=[person.name for person in teams.members(session, week).get(team.id, [])],
        size=rule_sets.rules_of(session, week).team_size,
    )  # fmt: skip


def team_page(page: Page[Act], *, code: str, to: str) -> Response:
    """The page of a team; where there is none behind this code, the page that asks for one."""
    try:
        return _team_page(page, code, to)
    except NotFound:
        return code_page(page, code=code, to=to)


@router.post("/{code}", name="team_join")
def join_the_team(
    request: Request,
    act: AnybodyAct,
    settings: AppSettings,
    code: str,
    form: FormState[JoinForm],
    to: Annotated[str, Query()] = "",
) -> Response:
    """Join; who is not signed in says who they are, and is. It leads on to what they wanted, else to their own page."""
    page = partial(team_page, code=code, to=to)
    tries = Tries(throttle.JOINS_FROM_ADDRESS, network_of(request), is_given_back=True)
    if isinstance(act, SignedInAct):
        return submit(request, act, partial(_join, code, to), form=form, page=page, tries=tries)
    try:
        cookies.check_safe(request, settings)
    except NotAllowed as problem:
        return refuse(request, act, problem, page=page, form=form)
    secrets: list[str] = []

    def join(session: Session, act: Act) -> Done:
        secrets.append(_join_as_new(request, session, act, code, form.data))
        return _joined(to)

    return entry.keep(request, submit(request, act, join, form=form, page=page, tries=tries), secrets)


def _joined(to: str) -> Done:
    place = onward.read(to)
    return Done("me", "joined") if place is None else Done(place.route, parts=place.parts)


def _join(code: str, to: str, session: Session, act: SignedInAct) -> Done:
    try:
        join_codes.join(session, code, accounts.find(session, act.actor.person_id), act)
    except WeekNotOpen:
        raise Conflict(OVER) from None
    return _joined(to)


def _join_as_new(request: Request, session: Session, act: Act, code: str, data: JoinForm) -> str:
    try:
        person, _team = join_codes.join_as_new(session, code, act, name=data.name, email=data.email)
    except WeekNotOpen:
        raise Conflict(OVER) from None
    return entry.start(session, request, person, "join")
