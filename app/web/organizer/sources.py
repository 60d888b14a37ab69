"""`/organizer/sources`: the tools that are connected, how they are, and the way to connect another."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.intake.kinds import GENERIC, KINDS
from app.domain.slack import manifest
from app.errors import NotFound
from app.services.intake import connections, health
from app.services.operations.secrets import SigningKey
from app.services.weeks import weeks
from app.web.deps import AppKey, OrganizerRealAct, ReadSession
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.organizer import source_words
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

DONE = {"disconnected": "Disconnected. Its address answers 404 from now on; what it delivered stays."}


def _name(typed: str) -> str:
    typed = typed.strip().lower()
    return connections.check_name(typed) if typed else ""


def _account(typed: str) -> str:
    return connections.check_account(typed.strip().lower())


def optional_secret(typed: str) -> str:
    """A secret that is handed over; empty for none. Raises Malformed."""
    typed = typed.strip()
    return connections.check_secret(typed) if typed else ""


class ConnectForm(Form):
    """A new connection: its kind, its name, the account if there are several, the tool's own secret if it has one."""

    kind: Annotated[str, MaxLength(40)]
    name: Annotated[str, MaxLength(40), says(_name)] = ""
    account: Annotated[str, MaxLength(64), says(_account)] = ""
    secret: Annotated[str, MaxLength(500), says(optional_secret)] = ""


@router.get("/organizer/sources")
def organizer_sources(
    request: Request, act: OrganizerRealAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """List the connections in use."""
    return sources_page(Page(request, act, session, flash=DONE.get(done, "")))


def sources_page(page: Page[SignedInAct]) -> Response:
    """The list of connections with their health, and the kinds that can be connected."""
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/sources/index.html", found=health.every(page.session, page.clock.real()), kinds=KINDS,
        words=source_words, zone=zone_of(week), zone_name=zone_name(week), demo=page.demo_tools is not None,
    )  # fmt: skip


@router.get("/organizer/sources/connect/{kind}")
def source_connect(request: Request, act: OrganizerRealAct, session: ReadSession, kind: str) -> Response:
    """Show the steps of connecting a tool, with a form for it."""
    if kind not in KINDS:
        raise NotFound(f"“{kind[:40]}” isn’t a kind of source. /organizer/sources lists those there are.")
    return connect_page(Page(request, act, session), kind)


def connect_page(page: Page[SignedInAct], kind: str) -> Response:
    """The steps of a kind; once it is connected with its address and secret, which are shown this once."""
    made: connections.NewConnection | None = page.shown_once
    if made and page.demo_tools:
        page.demo_tools.learn(made.connection.name, made.key)
    taken = {connection.name: connection.source for connection in connections.every(page.session)}
    name = next(each for each in (kind, *(f"{kind}-{number}" for number in range(2, 1_000))) if each not in taken)
    base = base_of(page.request, page.settings)
    address = connections.address(base, made) if made else ""
    source, own = (made.connection.source, made.connection.name) if made else (kind, "")
    return page.render(
        "organizer/sources/connect.html", kind=kind, tool=KINDS[kind], made=made,
        address=address, manifest=manifest.text(address), socket_manifest=manifest.text_for_socket(),
        secret=made.secret if made else "", form=page.form(ConnectForm, kind=kind, name=name),
        rivals=[each for each, other in taken.items() if other == source and each != own and kind != GENERIC],
    )  # fmt: skip


@router.post("/organizer/sources", name="source_make")
def make_source(request: Request, act: OrganizerRealAct, key: AppKey, form: FormState[ConnectForm]) -> Response:
    """Connect a tool and show its address and secret, once."""
    kind = str(form.typed.get("kind", ""))
    page = partial(connect_page, kind=kind) if kind in KINDS else sources_page
    return submit(request, act, partial(_connect, key=key, form=form), form=form, page=page)


def _connect(session: Session, act: SignedInAct, *, key: SigningKey, form: FormState[ConnectForm]) -> Done:
    data = form.data
    awaits = data.kind in KINDS and KINDS[data.kind].signs_with == "theirs"
    made = connections.connect(
        session, key, data.kind, act, name=data.name, account=data.account, secret=data.secret, awaits_secret=awaits
    )
    return Done(shown_once=made)
