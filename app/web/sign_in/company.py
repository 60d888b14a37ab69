"""Sign-in with the company's account: there by a link, back with an answer, in by a form of our own."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.db.database import Database
from app.errors import NotFound, Problem, SignInFailed
from app.integrations.oidc import Begun, Claims
from app.models import Person
from app.services.access import identities, throttle
from app.services.operations.secrets import SigningKey
from app.web.deps import AppClock, AppDatabase, AppKey, AppProvider, AppSettings, count_try, visit
from app.web.http import cookies, onward, redirects
from app.web.http.addresses import url_for
from app.web.http.client import base_of, network_of
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.sign_in.links import sign_in_page
from app.web.submit import Page

if TYPE_CHECKING:
    from app.integrations.oidc.client import Provider

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)

UNDERWAY_LASTS = timedelta(minutes=10)
LOST = "This sign-in took too long, or started in another browser. Start again from the sign-in page."


class AnswerForm(Form):
    """The provider's answer, as its address had it."""

    code: str = ""
    state: str = ""
    iss: str = ""
    error: str = ""


@router.get("/company", name="sign_in_company")
async def company(
    request: Request,
    provider: AppProvider,
    settings: AppSettings,
    key: AppKey,
    clock: AppClock,
    to: Annotated[str, Query()] = "",
) -> Response:
    """Go to the company's provider; what must come back with the answer stays in a cookie until then."""
    there = _there(provider)
    try:
        cookies.check_safe(request, settings)
        begun = await _begin(there, base_of(request, settings) + url_for("sign_in_return"), clock.real())
    except Problem as problem:
        return _refused(request, problem, to=to)
    response = RedirectResponse(begun.url, status_code=303)
    signed = key.sign("company", [asdict(replace(begun, url="")), to if onward.read(to) else ""], clock.real())
    cookies.write(request, response, "company", signed)
    return response


def _refused(request: Request, problem: Problem, *, to: str = "") -> Response:
    """The page with every other way in."""
    return sign_in_page(Page(request, visit(request), problem=problem), to=to)


async def _begin(provider: "Provider", back: str, now: datetime) -> Begun:
    """Begin at once where that asks nobody: whoever waits for an answer must not keep others from setting out."""
    if provider.is_ready(now):
        return provider.begin(back, now)
    return await provider.threads.run(provider.begin, back, now)


@router.get("/return", name="sign_in_return")
async def come_back(request: Request, provider: AppProvider) -> Response:
    """Show the provider's answer as a form that sends itself: this page changes nothing yet."""
    _there(provider)
    names = [name for name in AnswerForm.model_fields if request.query_params.get(name)]
    answer = {name: request.query_params[name] for name in names}
    return Page(request, visit(request)).render("sign_in/return.html", answer=answer)


@router.post("/return", name="sign_in_company_enter")
async def enter(
    request: Request,
    provider: AppProvider,
    settings: AppSettings,
    key: AppKey,
    clock: AppClock,
    database: AppDatabase,
    form: FormState[AnswerForm],
) -> Response:
    """Sign in whoever the provider's answer proves to be there; people are made at their first time.

    It waits in two kinds of threads, for the provider and for the database, so it is async itself.
    """
    there = _there(provider)
    try:
        cookies.check_safe(request, settings)
        answer = {name: text for name, text in form.data.model_dump().items() if text}
        begun, to = _begun(key, cookies.read(request, "company"), clock.real())
        await count_try(request, throttle.COMPANY_FROM_ADDRESS, network_of(request))
        claims = await there.threads.run(there.finish, answer, begun, clock.real())
        secret, person = await database.writes.run(_admit, database, request, claims)
    except Problem as problem:
        response = _refused(request, problem)
    else:
        response = redirects.go_on(to, entry.home_of(person))
        cookies.write(request, response, "sign-in", secret)
    cookies.forget(request, response, "company")
    return response


def _admit(database: Database, request: Request, claims: Claims) -> tuple[str, Person]:
    with database.unit_of_work() as session:
        act = visit(request)
        person = identities.find_or_link(session, act, **asdict(claims))
        throttle.give_back(session, throttle.COMPANY_FROM_ADDRESS, network_of(request), act.now)
        return entry.start(session, request, person, "company"), person


def _there(provider: "Provider | None") -> "Provider":
    if provider is None:
        raise NotFound("No company sign-in here. Use a sign-in link or join code.")
    return provider


def _begun(key: SigningKey, kept: str | None, now: datetime) -> tuple[Begun, str]:
    """The sign-in under way, and where it shall lead."""
    details: dict[str, Any]
    try:
        details, to = key.unsign("company", kept or "", now, UNDERWAY_LASTS)
    except BadSignature:
        raise SignInFailed(LOST) from None
    return Begun(**details), to
