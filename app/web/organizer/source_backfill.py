"""`/organizer/sources/{connection}/backfill`: the key of a tool's API, and what is fetched with it."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.intake.backfills import BACKFILLED, LONGEST_ADDRESS
from app.domain.intake.kinds import KINDS
from app.domain.text.public_addresses import Allowed
from app.models import Connection
from app.services.intake import api_keys, backfills, comparisons, connections
from app.services.weeks import weeks
from app.web.deps import AppKey, AppSettings, OrganizerRealAct, ReadSession
from app.web.http.fields import Day, MaxLength
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(
    include_in_schema=False, prefix="/organizer/sources/{connection}/backfill", route_class=DatabaseRoute
)

DONE = {
    "started": "Started. It goes on by itself, also when you leave this page.",
    "cancelled": "Cancelled. What was fetched stays.",
    "key": "Key set. You can start a backfill now.",
    "removed": "Key removed.",
}
PAGE = "organizer_backfill"
KEY_HINTS = {
    "zendesk": "An admin’s, as name@company.com/token:TOKEN. Admin Center → Apps and integrations → APIs → API tokens.",
    "github": "A fine-grained token that may read issues. Settings → Developer settings → Personal access tokens.",
    "linear": "Settings → Security & access → Personal API keys. Reading is enough.",
    "canny": "Settings → API: the key that is this connection’s secret too.",
}


class BackfillForm(Form):
    """The first day of what is fetched."""

    since: Day


class ApiKeyForm(Form):
    """The key of a tool's API, and where it is asked."""

    key: Annotated[str, MaxLength(500)]
    address: Annotated[str, MaxLength(LONGEST_ADDRESS)] = ""
    repositories: Annotated[str, MaxLength(5_000)] = ""


@router.get("", name=PAGE)
def organizer_backfill(
    request: Request, act: OrganizerRealAct, session: ReadSession, connection: str, done: Annotated[str, Query()] = ""
) -> Response:
    """Tell how the backfills of a connection are going."""
    return backfill_page(Page(request, act, session, flash=DONE.get(done, "")), connection)


def backfill_page(page: Page[SignedInAct], name: str) -> Response:
    """The state of backfills, and the forms to start one and to set the key."""
    connection = connections.find(page.session, name)
    return page.render("organizer/sources/backfill.html", **section(page, connection))


def section(page: Page[SignedInAct], connection: Connection) -> dict[str, Any]:
    """The context of a connection's backfills, for any page that shows them."""
    week = weeks.default_week(page.session, page.clock.game())
    zone, now = zone_of(week), page.act.now
    kept = api_keys.find(page.session, connection.id)
    today = now.astimezone(zone).date()
    first = week.starts if week is not None and week.starts <= today else today - timedelta(days=7)
    since = max(first, today - backfills.FURTHEST + timedelta(days=1))
    usual = {"address": kept.address, "repositories": kept.repositories} if kept else {}
    return {
        "connection": connection, "title": KINDS[connection.kind].title, "tool": BACKFILLED.get(connection.kind),
        "key_hint": KEY_HINTS.get(connection.kind, ""), "api_key": kept, "today": today, "zone": zone,
        "zone_name": zone_name(week),
        "asked": backfills.latest(page.session, connection.name),
        "compared": comparisons.latest(page.session, connection.id),
        "gaps": comparisons.gaps(page.session, connection.id, now),
        "start_form": page.form(BackfillForm, since=since.isoformat()),
        "key_form": page.form(ApiKeyForm, **usual).having(key=""),  # nobody sees a key again, whoever typed it
    }  # fmt: skip


@router.post("", name="backfill_start")
def start(request: Request, act: OrganizerRealAct, connection: str, form: FormState[BackfillForm]) -> Response:
    """Start to fetch what was since a day."""

    def change(session: Session, act: SignedInAct) -> Done:
        backfills.start(session, connection, backfills.beginning(session, form.data.since, act.now), act)
        return Done(PAGE, "started", {"connection": connection})

    return submit(request, act, change, form=form, page=partial(backfill_page, name=connection))


@router.post("/cancel", name="backfill_cancel")
def cancel(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """End the backfill that is under way."""

    def change(session: Session, act: SignedInAct) -> Done:
        backfills.cancel(session, connection, act)
        return Done(PAGE, "cancelled", {"connection": connection})

    return submit(request, act, change, page=partial(backfill_page, name=connection))


@router.post("/key", name="api_key_set")
def set_key(
    request: Request,
    act: OrganizerRealAct,
    key: AppKey,
    settings: AppSettings,
    connection: str,
    form: FormState[ApiKeyForm],
) -> Response:
    """Set the key of the tool's API, and where it is asked."""

    def change(session: Session, act: SignedInAct) -> Done:
        data = form.data
        api_keys.set_key(
            session, key, connection, act, secret=data.key, address=data.address, repositories=data.repositories,
            allowed=Allowed(networks=settings.outbound_networks),
        )  # fmt: skip
        return Done(PAGE, "key", {"connection": connection})

    return submit(request, act, change, form=form, page=partial(backfill_page, name=connection))


@router.post("/key/clear", name="api_key_clear")
def clear_key(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """Forget the key."""

    def change(session: Session, act: SignedInAct) -> Done:
        api_keys.clear(session, connection, act)
        return Done(PAGE, "removed", {"connection": connection})

    return submit(request, act, change, page=partial(backfill_page, name=connection))
