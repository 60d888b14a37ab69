"""`/organizer/sources/{connection}`: how a connection is, what it delivered last, its secret and its settings."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.intake.kinds import KINDS
from app.domain.slack import manifest
from app.errors import Malformed
from app.services.intake import connections, health, recent
from app.services.intake.connections import NewConnection
from app.services.operations.secrets import SigningKey
from app.services.slack import proofs, sockets, workspaces
from app.services.weeks import weeks
from app.web.deps import AppKey, OrganizerRealAct, ReadSession
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.organizer import source_backfill, source_demo, source_slack, source_words
from app.web.organizer.page import zone_name, zone_of
from app.web.organizer.source_slack import AppTokenForm, TokenForm
from app.web.organizer.sources import optional_secret
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/sources/{connection}", route_class=DatabaseRoute)

DONE = {
    "secret": "Changed the secret.",
    "revoked": "Revoked. Only the newest secret and address work now.",
    "gone": "Saved.",
    "token": "Token saved. It’s being tried: this page shows within seconds if it works.",
    "token-removed": "Token removed.",
    "app-token": "App token saved. This page shows within seconds if the server is connected.",
    "app-token-removed": "App token removed.",
    "sent": "Sent. It shows below within seconds.",
    "testing": "A test is on its way to you at Slack. Press its button there: this page shows how far it got.",
}
SHOWN = 5  # deliveries on the page; the page of deliveries has all


class SecretForm(Form):
    """Another secret: handed over, or one that is made; and if the old one ends at once."""

    secret: Annotated[str, MaxLength(500), says(optional_secret)] = ""
    at_once: str = ""


class KeyForm(Form):
    """Another key in the address, and if the old one ends at once."""

    at_once: str = ""


class GoneForm(Form):
    """The choice if what the tool deletes is reversed."""

    reverses: str = ""


@router.get("")
def organizer_source(
    request: Request, act: OrganizerRealAct, session: ReadSession, connection: str, done: Annotated[str, Query()] = ""
) -> Response:
    """Show a connection."""
    return source_page(Page(request, act, session, flash=DONE.get(done, "")), connection)


def source_page(page: Page[SignedInAct], name: str) -> Response:
    """A connection by its name, with a secret or an address that was just made."""
    connection = connections.find(page.session, name)
    week = weeks.default_week(page.session, page.clock.game())
    made: NewConnection | None = page.shown_once
    if made and page.demo_tools:
        page.demo_tools.learn(name, made.key)
    base = base_of(page.request, page.settings)
    tool = KINDS[connection.kind]
    return page.render(
        "organizer/sources/source.html", connection=connection, tool=tool, words=source_words, made=made,
        found=health.of(page.session, connection.id, page.clock.real()), now=page.clock.real(),
        newest=recent.newest(page.session, connection.id, SHOWN), zone=zone_of(week), zone_name=zone_name(week),
        address=connections.address(base, made) if made and made.key else "" if tool.has_key
        else f"{base}/hooks/{connection.name}",
        secret=made.secret if made else "", form=page.form(SecretForm),
        manifest=manifest.text(f"{base}/hooks/{connection.name}"), socket_manifest=manifest.text_for_socket(),
        lacks_secret=tool.signs_with != "nothing" and not connections.has_secret(page.key, connection)
        and not sockets.has_token(page.session, connection.id),
        demo=source_demo.OUTCOMES if page.demo_tools else {}, backfill=source_backfill.section(page, connection),
        slack=source_slack.section(page, connection),
    )  # fmt: skip


@router.post("/secret", name="source_secret")
def change_secret(
    request: Request, act: OrganizerRealAct, key: AppKey, connection: str, form: FormState[SecretForm]
) -> Response:
    """Hand over another secret, or have one made and show it, once."""
    return submit(
        request, act, partial(_change_secret, key=key, name=connection, form=form), form=form, page=_page(connection)
    )


def _change_secret(
    session: Session, act: SignedInAct, *, key: SigningKey, name: str, form: FormState[SecretForm]
) -> Done:
    data = form.data
    tool = KINDS[connections.find(session, name).kind]
    if tool.signs_with != "ours" and not data.secret:
        raise FormInvalid({"secret": f"Paste the secret that {tool.title} shows."})
    made = connections.rotate(session, key, name, act, secret=data.secret, at_once=data.at_once == "yes")
    if data.secret:
        return Done("organizer_source", "secret", {"connection": name})
    return Done(shown_once=made)


@router.post("/key", name="source_key")
def change_key(
    request: Request, act: OrganizerRealAct, key: AppKey, connection: str, form: FormState[KeyForm]
) -> Response:
    """Make another address and show it, once."""

    def change(session: Session, act: SignedInAct) -> Done:
        if not KINDS[connections.find(session, connection).kind].has_key:
            raise Malformed("Its address has no key, so it stays. Change the secret instead.")
        return Done(shown_once=connections.rotate(session, key, connection, act, at_once=form.data.at_once == "yes"))

    return submit(request, act, change, page=_page(connection))


@router.post("/revoke", name="source_revoke")
def revoke_previous(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """End the secret and the address from before the last change now."""
    return _change(request, act, connection, connections.revoke_previous, "revoked")


@router.post("/gone", name="source_gone")
def choose_gone(request: Request, act: OrganizerRealAct, connection: str, form: FormState[GoneForm]) -> Response:
    """Choose if what the tool deletes is reversed."""

    def choose(session: Session, name: str, act: SignedInAct) -> None:
        connections.reverse_gone(session, name, act, is_on=form.data.reverses == "yes")

    return _change(request, act, connection, choose, "gone", form)


@router.post("/bot-token", name="bot_token_set")
def set_token(
    request: Request, act: OrganizerRealAct, key: AppKey, connection: str, form: FormState[TokenForm]
) -> Response:
    """Keep a bot token of Slack, and have it tried."""

    def keep(session: Session, name: str, act: SignedInAct) -> None:
        workspaces.set_token(session, key, name, act, token=form.data.token)

    return _change(request, act, connection, keep, "token", form)


@router.post("/bot-token/clear", name="bot_token_clear")
def clear_token(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """Forget the bot token of Slack."""
    return _change(request, act, connection, workspaces.clear_token, "token-removed")


@router.post("/app-token", name="app_token_set")
def set_app_token(
    request: Request, act: OrganizerRealAct, key: AppKey, connection: str, form: FormState[AppTokenForm]
) -> Response:
    """Keep an app token of Slack, with which the server connects."""

    def keep(session: Session, name: str, act: SignedInAct) -> None:
        sockets.set_token(session, key, name, act, token=form.data.app_token)

    return _change(request, act, connection, keep, "app-token", form)


@router.post("/app-token/clear", name="app_token_clear")
def clear_app_token(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """Forget the app token of Slack."""
    return _change(request, act, connection, sockets.clear_token, "app-token-removed")


@router.post("/slack-test", name="slack_test")
def send_test(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """Send who asks a message at Slack, whose button proves the way back."""
    return _change(request, act, connection, proofs.ask, "testing")


@router.post("/disconnect", name="source_disconnect")
def disconnect(request: Request, act: OrganizerRealAct, connection: str) -> Response:
    """End a connection for good."""

    def end(session: Session, act: SignedInAct) -> Done:
        connections.disconnect(session, connection, act)
        return Done("organizer_sources", "disconnected")

    return submit(request, act, end, page=_page(connection))


def _change(
    request: Request, act: SignedInAct, name: str, change: Callable[[Session, str, SignedInAct], object], done: str,
    form: FormState[Any] | None = None,
) -> Response:  # fmt: skip
    """Change something about a connection, and say on its page that it is done."""

    def do(session: Session, act: SignedInAct) -> Done:
        change(session, name, act)
        return Done("organizer_source", done, {"connection": name})

    return submit(request, act, do, form=form, page=_page(name))


def _page(name: str) -> Callable[[Page[SignedInAct]], Response]:
    return partial(source_page, name=name)
