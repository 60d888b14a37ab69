"""The sign-in page, and the personal links: opening one shows whom it is for, a button uses it up."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Act, SignedInAct
from app.domain.text import emails
from app.errors import Malformed, NotFound
from app.models import Person
from app.services.access import links, throttle
from app.services.access.sign_ins import Way
from app.services.people import people
from app.web.deps import AnybodyRealAct, AppDatabase, AppSettings, count_try, visit
from app.web.http import cookies, onward, redirects
from app.web.http.client import network_of
from app.web.http.fields import Email, Name, says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.sign_in import entry
from app.web.submit import Done, Page, Tries, submit

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)

MAILED = "If that address is known, a sign-in link is on its way. Check your email. It works once, within 30 minutes."
DONE = {"out": "You’re signed out.", "mailed": MAILED}


def an_address(typed: str) -> str:
    """The address in what somebody typed, folded, whoever has it. Raises Malformed for what nobody can have."""
    email = emails.written(typed)
    if flaw := people.email_flaw(email):
        raise Malformed(flaw if email else "Enter your email.")
    return email


class MailForm(Form):
    """The address that a link is sent to."""

    email: Annotated[Email, says(an_address)]


class FirstForm(Form):
    """The opener of the first start's link; other links ask for nothing."""

    name: Name = ""
    email: Email = ""


@router.get("")
async def sign_in(
    request: Request, act: AnybodyRealAct, done: Annotated[str, Query()] = "", to: Annotated[str, Query()] = ""
) -> Response:
    """Every way in that this installation has; somebody signed in goes on to what they wanted. It waits for nothing."""
    if isinstance(act, SignedInAct):
        return redirects.go_on(to)
    return sign_in_page(Page(request, act, flash=DONE.get(done, "")), to=to)


def sign_in_page(page: Page[Act], *, to: str = "") -> Response:
    """The sign-in page, with every way in that there is."""
    return page.render(
        "sign_in/index.html", to=to if onward.read(to) else "", mail=page.form(MailForm), by_mail=page.has_mail,
        company=page.company,
    )  # fmt: skip


@router.get("/link/{secret}")
async def sign_in_link(
    request: Request, act: AnybodyRealAct, database: AppDatabase, settings: AppSettings, secret: str,
    to: Annotated[str, Query()] = "",
) -> Response:  # fmt: skip
    """Whom a link is for. Mail programs open links by themselves, so opening uses nothing up.

    It reads, and writes where there is no such link, so it is async itself.
    """
    cookies.check_safe(request, settings)
    try:
        return await database.reads.run(_show_link, request, act, database, secret, to)
    except NotFound as problem:
        await count_try(request, throttle.LINKS_FROM_ADDRESS, network_of(request))
        return sign_in_page(Page(request, act, problem=problem))


def _show_link(request: Request, act: Act, database: Database, secret: str, to: str) -> Response:
    with database.reading() as session:
        _, person = links.look(session, secret, act.now)
        return _render_link(Page(request, act, session), secret, person, to)


def link_page(page: Page[Act], *, secret: str, to: str) -> Response:
    """The page of a link; that of all ways in where there is no such link any more."""
    try:
        _, person = links.look(page.session, secret, page.act.now)
    except NotFound:
        return sign_in_page(page)
    return _render_link(page, secret, person, to)


def _render_link(page: Page[Act], secret: str, person: Person | None, to: str) -> Response:
    return page.render(
        "sign_in/link.html", secret=secret, person=person, to=to if onward.read(to) else "", first=page.form(FirstForm)
    )  # fmt: skip


@router.post("/link/{secret}", name="sign_in_link_use")
def use_link(
    request: Request, settings: AppSettings, secret: str, form: FormState[FirstForm],
    to: Annotated[str, Query()] = "",
) -> Response:  # fmt: skip
    """Use a link up, sign in and go on to what the link is for, or to one's own page.

    The first start's link asks who its opener is, and makes them the owner.
    """
    cookies.check_safe(request, settings)
    secrets: list[str] = []

    def use(session: Session, act: Act) -> Done:
        way, person = _use(session, act, secret, form.data)
        secrets.append(entry.start(session, request, person, way))
        return entry.go_on(to, person)

    tries = Tries(throttle.LINKS_FROM_ADDRESS, network_of(request), only_for=NotFound)
    page = partial(link_page, secret=secret, to=to)
    return entry.keep(request, submit(request, visit(request), use, form=form, page=page, tries=tries), secrets)


def _use(session: Session, act: Act, secret: str, data: FirstForm) -> tuple[Way, Person]:
    if links.look(session, secret, act.now)[1] is None:
        return "first", links.use_first(session, secret, act, name=data.name, email=data.email)
    return links.use(session, secret, act.now)
