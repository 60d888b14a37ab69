"""Sign-in with the company's account: there by a link, back with an answer, in by a form of our own."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound, Problem, SignInFailed
from app.integrations.oidc import Begun, Claims
from app.models import Person
from app.services.access import identities, throttle
from app.web.context import AppContext, installation
from app.web.deps import visit
from app.web.http import cookies, csrf, redirects
from app.web.http.client import base_of, network_of
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.sign_in.links import page, private

if TYPE_CHECKING:
    from app.integrations.oidc.client import Provider

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)

UNDERWAY_LASTS = timedelta(minutes=10)
ANSWER = ("code", "state", "iss", "error")
LOST = "This sign-in took too long, or was begun in another browser. Start again from the sign-in page."


@router.get("/company", name="sign_in_company")
async def company(request: Request, to: Annotated[str, Query()] = "") -> Response:
    """Go to the company's provider; what must come back with the answer stays in a cookie until then."""
    place = installation(request)
    provider = _provider(place)
    try:
        cookies.check_safe(request, place.settings)
        back = f"{base_of(request, place.settings)}/sign-in/return"
        begun = await _begin(provider, back, place.clock.real())
    except Problem as problem:
        return page(request, refused=problem, to=to)
    response = RedirectResponse(begun.url, status_code=303)
    cookies.write(
        request,
        response,
        "company",
        place.key.sign("company", [asdict(replace(begun, url="")), to[:20]], place.clock.real()),
    )
    return response


async def _begin(provider: "Provider", back: str, now: datetime) -> Begun:
    """Begin at once where that asks nobody: whoever waits for an answer must not keep others from setting out."""
    if provider.is_ready(now):
        return provider.begin(back, now)
    return await provider.threads.run(provider.begin, back, now)


@router.get("/return", name="sign_in_return")
async def come_back(
    request: Request,
    code: Annotated[str, Query()] = "",
    state: Annotated[str, Query()] = "",
    iss: Annotated[str, Query()] = "",
    error: Annotated[str, Query()] = "",
) -> Response:
    """Show the provider's answer as a form that sends itself: this page changes nothing yet."""
    _provider(installation(request))
    answer = {"code": code, "state": state, "iss": iss, "error": error}
    given = {name: value for name, value in answer.items() if value}
    return private(request, "sign_in/return.html", actor=None, answer=given)


@router.post("/return", name="sign_in_company_enter")
async def enter(request: Request) -> Response:
    """Sign in whoever the provider's answer proves to be there; people are made at their first time."""
    place = installation(request)
    provider = _provider(place)
    try:
        cookies.check_safe(request, place.settings)
        form = await csrf.read(request)
        answer = {name: text for name in ANSWER if (text := csrf.text_of(form, name))}
        begun, to = _begun(place, cookies.read(request, "company"))
        await place.count(throttle.COMPANY_FROM_ADDRESS, network_of(request))
        claims = await provider.threads.run(provider.finish, answer, begun, place.clock.real())
        secret, person = await place.database.writes.run(_admit, place, request, claims)
    except Problem as problem:
        response = page(request, refused=problem)
    else:
        response = entry.enter(request, secret, redirects.TARGETS.get(to) or entry.home_of(person))
    cookies.forget(request, response, "company")
    return response


def _admit(place: AppContext, request: Request, claims: Claims) -> tuple[str, Person]:
    with place.database.unit_of_work() as session:
        person = identities.find_or_link(session, visit(request), **asdict(claims))
        return entry.start(session, request, person, "company"), person


def _provider(place: AppContext) -> "Provider":
    if place.company is None:
        raise NotFound("This installation has no company sign-in. Use your personal link or your team's code.")
    return place.company


def _begun(place: AppContext, kept: str | None) -> tuple[Begun, str]:
    """The sign-in under way, and where it shall lead."""
    details: dict[str, Any]
    try:
        details, to = place.key.unsign("company", kept or "", place.clock.real(), UNDERWAY_LASTS)
    except BadSignature:
        raise SignInFailed(LOST) from None
    return Begun(**details), to
