"""A team's code: colleagues let themselves into the team, until it is full."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, Actor, SignedInAct, SignedInActor
from app.errors import Conflict, NotFound, Problem, WeekNotOpen
from app.models import Team, Week
from app.services.access import accounts, throttle
from app.services.organizing import join_codes
from app.services.rules import rule_sets
from app.services.teams import teams
from app.web.access import Anybody
from app.web.context import AppContext, installation
from app.web.deps import AnybodyAct
from app.web.http import cookies, redirects
from app.web.http.client import network_of
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.sign_in.links import private

router = APIRouter(include_in_schema=False, prefix="/join", route_class=DatabaseRoute)

OVER = "This week is over, so nobody joins its teams any more."


@router.get("", name="join_with_code")
async def ask_for_code(request: Request, actor: Anybody, code: Annotated[str, Query()] = "") -> Response:
    """Ask for a code, or go on with the one that was typed."""
    if not code.strip():
        return _code_page(request, actor)
    try:
        await _look(installation(request), request, code)
    except Problem as problem:
        return _code_page(request, actor, code, problem)
    return redirects.see("join_team", code=join_codes.tidy(code))


def _code_page(request: Request, actor: Actor | None, code: str = "", refused: Problem | None = None) -> Response:
    return private(request, "sign_in/code.html", refused, actor=_member(actor), code=code)


def _member(actor: Actor | None) -> SignedInActor | None:
    return actor if isinstance(actor, SignedInActor) else None


async def _look(place: AppContext, request: Request, code: str) -> tuple[Team, Week, list[str], int]:
    """The team of a code, its week, who is in it, and how many may be. A code nobody has counts as a try."""

    def look() -> tuple[Team, Week, list[str], int]:
        with place.database.reading() as session:
            team, week = join_codes.look(session, code)
            members = [person.name for person in teams.members(session, week).get(team.id, [])]
            return team, week, members, rule_sets.rules_of(session, week).team_size

    try:
        return await place.database.reads.run(look)
    except NotFound:
        await place.count(throttle.JOINS_FROM_ADDRESS, network_of(request))
        raise


@router.get("/{code}")
async def join_team(request: Request, code: str, actor: Anybody) -> Response:
    """The team behind a code, and how to join it."""
    return await _team_page(request, code, actor)


async def _team_page(
    request: Request, code: str, actor: Actor | None, refused: Problem | None = None, *, name: str = "", email: str = ""
) -> Response:
    try:
        team, week, members, size = await _look(installation(request), request, code)
    except Problem as problem:
        return _code_page(request, actor, code, problem)
    return private(
        request, "sign_in/join.html", refused, actor=_member(actor), code=join_codes.tidy(code), team=team, week=week,
        members=members, size=size, name=name, email=email,
    )  # fmt: skip


@router.post("/{code}", name="team_join")
async def join_the_team(
    request: Request,
    code: str,
    act: AnybodyAct,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Response:
    """Join; who is not signed in says who they are, and is."""
    place = installation(request)
    try:
        if isinstance(act, SignedInAct):
            await place.database.writes.run(_join, place, code, act)
            return redirects.see("me", done="joined")
        cookies.check_safe(request, place.settings)
        await place.count(throttle.JOINS_FROM_ADDRESS, network_of(request))
        secret = await place.database.writes.run(_join_as_new, request, code, act, name, email)
    except WeekNotOpen:
        return await _team_page(request, code, act.actor, Conflict(OVER))
    except Problem as problem:
        return await _team_page(request, code, act.actor, problem, name=name, email=email)
    return entry.enter(request, secret, "me", done="joined")


def _join(place: AppContext, code: str, act: SignedInAct) -> None:
    with place.database.unit_of_work() as session:
        join_codes.join(session, code, accounts.find(session, act.actor.person_id), act)


def _join_as_new(request: Request, code: str, act: Act, name: str, email: str) -> str:
    with installation(request).database.unit_of_work() as session:
        person, _team = join_codes.join_as_new(session, code, act, name=name, email=email)
        return entry.start(session, request, person, "join")
