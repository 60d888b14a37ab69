"""A team's code: colleagues let themselves into the team, until it is full."""

from functools import partial
from typing import Annotated

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
from app.web.deps import AnybodyAct, AppDatabase, AppSettings, count_try
from app.web.http import cookies, redirects
from app.web.http.client import network_of
from app.web.http.fields import Email, Name
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.submit import Done, Page, Tries, refuse, submit

router = APIRouter(include_in_schema=False, prefix="/join", route_class=DatabaseRoute)

OVER = "This week is over, so nobody joins its teams any more."


class JoinForm(Form):
    """Somebody who is not signed in says who they are; of others it asks nothing."""

    name: Name = ""
    email: Email = ""


@router.get("", name="join_with_code")
async def ask_for_code(
    request: Request, act: AnybodyAct, database: AppDatabase, code: Annotated[str, Query()] = ""
) -> Response:
    """Ask for a code, or go on with the one that was typed."""
    if not code.strip():
        return code_page(Page(request, act))
    try:
        await database.reads.run(_look, database, code)
    except Problem as problem:
        return code_page(Page(request, act, problem=await _counted(request, problem)), code=code)
    return redirects.see("join_team", code=join_codes.tidy(code))


def _look(database: Database, code: str) -> None:
    """Raise NotFound for a code that leads to no team."""
    with database.reading() as session:
        join_codes.look(session, code)


async def _counted(request: Request, problem: Problem) -> Problem:
    """Count a code that nobody has as a try; the problem to tell is that there were too many of them."""
    try:
        if isinstance(problem, NotFound):
            await count_try(request, throttle.JOINS_FROM_ADDRESS, network_of(request))
    except Problem as too_many:
        return too_many
    return problem


def code_page(page: Page[Act], *, code: str = "") -> Response:
    """The page that asks for a code."""
    return page.render("sign_in/code.html", code=code)


@router.get("/{code}")
async def join_team(request: Request, act: AnybodyAct, database: AppDatabase, code: str) -> Response:
    """The team behind a code, and how to join it. It reads, and writes where there is no such code."""

    def show() -> Response:
        with database.reading() as session:
            return _team_page(Page(request, act, session), code)

    try:
        return await database.reads.run(show)
    except Problem as problem:
        return code_page(Page(request, act, problem=await _counted(request, problem)), code=code)


def _team_page(page: Page[Act], code: str) -> Response:
    """The page of a team. Raises NotFound, or Conflict for a week that is over."""
    session = page.session
    team, week = join_codes.look(session, code)
    return page.render(
        "sign_in/join.html", code=join_codes.tidy(code), team=team, week=week, form=page.form(JoinForm),
        members=[person.name for person in teams.members(session, week).get(team.id, [])],
        size=rule_sets.rules_of(session, week).team_size,
    )  # fmt: skip


def team_page(page: Page[Act], *, code: str) -> Response:
    """The page of a team; where there is none behind this code, the page that asks for one."""
    try:
        return _team_page(page, code)
    except NotFound:
        return code_page(page, code=code)


@router.post("/{code}", name="team_join")
def join_the_team(
    request: Request, act: AnybodyAct, settings: AppSettings, code: str, form: FormState[JoinForm]
) -> Response:
    """Join; who is not signed in says who they are, and is."""
    page = partial(team_page, code=code)
    if isinstance(act, SignedInAct):
        unknown = Tries(throttle.JOINS_FROM_ADDRESS, network_of(request), only_for=NotFound)
        return submit(request, act, partial(_join, code), form=form, page=page, tries=unknown)
    try:
        cookies.check_safe(request, settings)
    except NotAllowed as problem:
        return refuse(request, act, problem, page=page, form=form)
    secrets: list[str] = []

    def join(session: Session, act: Act) -> Done:
        secrets.append(_join_as_new(request, session, act, code, form.data))
        return Done("me", "joined")

    tries = Tries(throttle.JOINS_FROM_ADDRESS, network_of(request))
    return entry.keep(request, submit(request, act, join, form=form, page=page, tries=tries), secrets)


def _join(code: str, session: Session, act: SignedInAct) -> Done:
    try:
        join_codes.join(session, code, accounts.find(session, act.actor.person_id), act)
    except WeekNotOpen:
        raise Conflict(OVER) from None
    return Done("me", "joined")


def _join_as_new(request: Request, session: Session, act: Act, code: str, data: JoinForm) -> str:
    try:
        person, _team = join_codes.join_as_new(session, code, act, name=data.name, email=data.email)
    except WeekNotOpen:
        raise Conflict(OVER) from None
    return entry.start(session, request, person, "join")
