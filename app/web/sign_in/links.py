"""The sign-in page, and the personal links: opening one shows whom it is for, a button uses it up."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Actor, SignedInActor
from app.errors import Conflict, Malformed, NotFound, Problem, SignInNeeded
from app.models import Person
from app.services.access import links, throttle
from app.services.access.sign_ins import Way
from app.web.access import Anybody
from app.web.context import AppContext, installation
from app.web.deps import visit
from app.web.http import cookies, problems, redirects
from app.web.http.client import network_of
from app.web.http.render import render_page
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)

MAILED = "If that address takes part, a link is on its way to it. It works once, within 30 minutes."
DONE = {"out": "You are signed out. See you at the next shift.", "mailed": MAILED}


@router.get("")
async def sign_in(
    request: Request, actor: Anybody, done: Annotated[str, Query()] = "", to: Annotated[str, Query()] = ""
) -> Response:
    """Every way in that this installation has; somebody signed in goes on to what they wanted."""
    if isinstance(actor, SignedInActor):
        return redirects.see(redirects.target(to))
    return page(request, done=DONE.get(done, ""), to=to)


def page(
    request: Request, *, actor: Actor | None = None, done: str = "", to: str = "", refused: Problem | None = None,
    email: str = "",
) -> Response:  # fmt: skip
    """The sign-in page, as often as it takes."""
    place = installation(request)
    return private(
        request, "sign_in/index.html", refused, actor=actor if isinstance(actor, SignedInActor) else None, done=done,
        to=to if to in redirects.TARGETS else "", email=email, by_mail=place.mailer is not None,
        company=place.company.name if place.company else "",
    )  # fmt: skip


def private(request: Request, template: str, refused: Problem | None = None, **details: object) -> Response:
    """A page that nobody keeps and no other site hears of; after a refusal with its status, and its sentence."""
    sentence, status = (refused.detail, refused.status) if refused else ("", 200)
    response = render_page(request, template, partial=None, status=status, refused=sentence, **details)
    response.headers.update(problems.headers_of(refused) if refused else {})
    return response


@router.get("/link/{secret}")
async def sign_in_link(request: Request, secret: str, actor: Anybody) -> Response:
    """Whom a link is for. Mail programs open links by themselves, so opening uses nothing up."""
    place = installation(request)
    cookies.check_safe(request, place.settings)
    try:
        person = await _look(place, request, secret)
    except NotFound as problem:
        return page(request, actor=actor, refused=problem)
    return _link_page(request, secret, person, actor)


async def _look(place: AppContext, request: Request, secret: str) -> Person | None:
    """Whom a link is for. A link that there is not counts as a try. Raises NotFound or TooMany."""

    def look() -> Person | None:
        with place.database.reading() as session:
            return links.look(session, secret, place.clock.real())[1]

    try:
        return await place.database.reads.run(look)
    except NotFound:
        await place.count(throttle.LINKS_FROM_ADDRESS, network_of(request))
        raise


def _link_page(
    request: Request, secret: str, person: Person | None, actor: Actor | None, refused: Problem | None = None, *,
    name: str = "", email: str = "",
) -> Response:  # fmt: skip
    return private(
        request, "sign_in/link.html", refused, actor=actor if isinstance(actor, SignedInActor) else None, secret=secret,
        person=person, name=name, email=email,
    )  # fmt: skip


@router.post("/link/{secret}", name="sign_in_link_use")
async def use_link(
    request: Request,
    secret: str,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Response:
    """Use a link up and sign in; the first start's link asks who its opener is, and makes them the owner."""
    place = installation(request)
    cookies.check_safe(request, place.settings)
    try:
        person = await _look(place, request, secret)
        signed_in, made = await place.database.writes.run(_use, place, request, secret, person is None, name, email)
    except NotFound as problem:
        return page(request, refused=problem)
    except (Malformed, Conflict, SignInNeeded) as problem:
        return _link_page(request, secret, person, None, problem, name=name, email=email)
    return entry.enter(request, made, entry.home_of(signed_in))


def _use(place: AppContext, request: Request, secret: str, is_first: bool, name: str, email: str) -> tuple[Person, str]:
    act = visit(request)
    with place.database.unit_of_work() as session:
        way: Way = "first"
        if is_first:
            person = links.use_first(session, secret, act, name=name, email=email)
        else:
            way, person = links.use(session, secret, act.now)
        return person, entry.start(session, request, person, way)
