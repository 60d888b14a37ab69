"""`/organizer/webhooks`: addresses of others that are told what happens, and the messages to each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.text.public_addresses import Allowed
from app.domain.webhooks.events import EVENTS, SAYS, TEST
from app.models import WebhookEndpoint, WebhookMessage
from app.services.webhooks import endpoints, messages
from app.services.weeks import weeks
from app.web.deps import AppKey, AppSettings, OrganizerRealAct, ReadSession
from app.web.http.fields import MaxLength, chosen, needed
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/webhooks", route_class=DatabaseRoute)

PER_PAGE = 30
ONE = "organizer_webhook"
DONE = {
    "removed": "Webhook removed. It is sent nothing more.",
    "enabled": "Webhook enabled. It is told what happens from now on.",
    "disabled": "Webhook disabled. What waited for it has failed, and can be sent once it is enabled again.",
    "none": "No message has failed.",
}
ON_ITS_WAY = {
    "tested": "A test message is on its way. Its answer appears below.",
    "replayed": "On its way again. The answer appears below.",
}
ARRIVED = "The test message arrived."


class WebhookForm(Form):
    """A new webhook: where to, and what of."""

    url: Annotated[str, MaxLength(2_000), needed("Write an address such as https://example.com/hooks.", 2_000)]
    event: Annotated[tuple[str, ...], chosen(endpoints.check_events)] = ()
    week: str = ""


class RotationForm(Form):
    """The end of the old secret: after a day, or `now`."""

    now: str = ""


class Secret(NamedTuple):
    """The text of a secret that was just made, and whose it is."""

    endpoint: WebhookEndpoint
    text: str


@router.get("")
def organizer_webhooks(
    request: Request, act: OrganizerRealAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """List webhooks, with a form for another."""
    return webhooks_page(Page(request, act, session, flash=DONE.get(done, "")))


def webhooks_page(page: Page[SignedInAct]) -> Response:
    """The list."""
    session, found = page.session, endpoints.every(page.session)
    week, counts = weeks.default_week(session, page.clock.game()), messages.counts(session)
    options = [("", "Every week"), *((each.slug, each.name) for each in weeks.every(session))]
    return page.render(
        "organizer/sources/webhooks.html", zone=zone_of(week), zone_name=zone_name(week), options=options,
        form=page.form(WebhookForm, event=EVENTS), events=[(event, SAYS[event]) for event in EVENTS],
        weeks=endpoints.weeks_of(session, found), full=len(found) >= endpoints.MAX_ENDPOINTS,
        found=[(each, endpoints.state(each), counts.get(each.id, messages.NONE)) for each in found],
    )  # fmt: skip


@router.post("", name="webhook_add")
def add_webhook(
    request: Request, act: OrganizerRealAct, key: AppKey, settings: AppSettings, form: FormState[WebhookForm]
) -> Response:
    """Add a webhook and show its secret, once."""

    def add(session: Session, act: SignedInAct) -> Done:
        made = endpoints.add(
            session, key, act, url=form.data.url, events=form.data.event, week=form.data.week,
            allowed=Allowed(networks=settings.outbound_networks),
        )  # fmt: skip
        return Done(flash="Webhook added.", shown_once=Secret(*made), page=webhook_page)

    return submit(request, act, add, form=form, page=webhooks_page)


@router.get("/{webhook_id}")
def organizer_webhook(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    webhook_id: str,
    state: Annotated[str, Query()] = "",
    cursor: Annotated[str | None, Query()] = None,
    done: Annotated[str, Query()] = "",
) -> Response:
    """Show one webhook and the messages to it."""
    page = Page(request, act, session, flash=DONE.get(done, ""))
    return _one(page, endpoints.find(session, webhook_id), state, cursor, done)


def webhook_page(page: Page[SignedInAct]) -> Response:
    """The page of the webhook whose secret was just made, or at whose page a form was refused."""
    made: Secret | None = page.shown_once
    webhook_id = made.endpoint.id if made else str(page.request.path_params["webhook_id"])
    return _one(page, endpoints.find(page.session, webhook_id), "", None)


def _one(
    page: Page[SignedInAct], endpoint: WebhookEndpoint, state: str, cursor: str | None, done: str = ""
) -> Response:
    session, made = page.session, page.shown_once
    week = weeks.default_week(session, page.clock.game())
    state = state if state in messages.STATES else ""
    shown = messages.page(session, endpoint, state=state or None, cursor=cursor, limit=PER_PAGE)
    rests = endpoint.resting_until is not None and endpoint.resting_until > page.act.now
    page = replace(page, flash=page.flash or ("" if rests else _sent(done, shown.items)))
    return page.render(
        "organizer/sources/webhook.html", endpoint=endpoint, host=messages.audit_target(endpoint).name,
        state=endpoints.state(endpoint),
        messages=shown.items, next_cursor=shown.next_cursor,
        is_awaited=not (cursor or rests) and any(each.state == "waiting" and not each.attempts for each in shown.items),
        rests=rests,
        chosen=state, states=messages.STATES, secret=made.text if made else "", zone=zone_of(week),
        zone_name=zone_name(week), only=endpoints.weeks_of(session, [endpoint]).get(endpoint.week_id or 0),
        counts=messages.counts(session).get(endpoint.id, messages.NONE), now=page.act.now,
    )  # fmt: skip


def _sent(done: str, shown: list[WebhookMessage]) -> str:
    """Tell of a message that was just sent, as long as that is so: whoever reloads the page reads on."""
    newest = next((each for each in shown if done != "tested" or each.kind == TEST), None)
    if newest is None or done not in ON_ITS_WAY:
        return ""
    if done == "tested" and newest.state == "sent":
        return ARRIVED
    is_waiting = any(each.state == "waiting" for each in shown) if done == "replayed" else newest.attempts == 0
    return ON_ITS_WAY[done] if is_waiting else ""


@router.post("/{webhook_id}/rotate", name="webhook_rotate")
def rotate_webhook(
    request: Request, act: OrganizerRealAct, key: AppKey, webhook_id: str, form: FormState[RotationForm]
) -> Response:
    """Give a webhook another secret and show it, once."""

    def rotate(session: Session, act: SignedInAct) -> Done:
        made = endpoints.rotate(session, key, webhook_id, act, at_once=form.data.now == "on")
        return Done(flash="Secret replaced.", shown_once=Secret(*made))

    return submit(request, act, rotate, form=form, page=webhook_page)


@router.post("/{webhook_id}/test", name="webhook_test")
def test_webhook(request: Request, act: OrganizerRealAct, webhook_id: str) -> Response:
    """Send a test message."""
    return _change(
        request, act, "tested", lambda session: messages.send_test(session, endpoints.find(session, webhook_id), act)
    )


@router.post("/{webhook_id}/enable", name="webhook_enable")
def enable_webhook(request: Request, act: OrganizerRealAct, webhook_id: str) -> Response:
    """Tell a disabled webhook what happens again."""
    return _change(request, act, "enabled", lambda session: endpoints.enable(session, webhook_id, act))


@router.post("/{webhook_id}/disable", name="webhook_disable")
def disable_webhook(request: Request, act: OrganizerRealAct, webhook_id: str) -> Response:
    """Tell a webhook nothing."""
    return _change(request, act, "disabled", lambda session: endpoints.disable(session, webhook_id, act))


def _change(request: Request, act: SignedInAct, done: str, verb: Callable[[Session], object]) -> Response:
    """Change a webhook and show its page again, which says that it is done."""

    def change(session: Session, _act: SignedInAct) -> Done:
        verb(session)
        return Done(ONE, done, {"webhook_id": request.path_params["webhook_id"]})

    return submit(request, act, change, page=webhook_page)


@router.post("/{webhook_id}/remove", name="webhook_remove")
def remove_webhook(request: Request, act: OrganizerRealAct, webhook_id: str) -> Response:
    """Forget a webhook."""

    def remove(session: Session, act: SignedInAct) -> Done:
        endpoints.remove(session, webhook_id, act)
        return Done("organizer_webhooks", "removed")

    return submit(request, act, remove, page=webhook_page)


@router.post("/{webhook_id}/replay", name="webhook_replay")
def replay_webhook(request: Request, act: OrganizerRealAct, webhook_id: str) -> Response:
    """Send every message that has failed once more."""

    def replay(session: Session, act: SignedInAct) -> Done:
        count = messages.replay_failed(session, endpoints.lock(session, webhook_id), act)
        return Done(ONE, "replayed" if count else "none", {"webhook_id": webhook_id})

    return submit(request, act, replay, page=webhook_page)


@router.post("/{webhook_id}/messages/{message_id}/replay", name="webhook_message_replay")
def replay_message(request: Request, act: OrganizerRealAct, webhook_id: str, message_id: str) -> Response:
    """Send one message once more."""

    def replay(session: Session) -> None:
        messages.replay(session, endpoints.lock(session, webhook_id), message_id, act)

    return _change(request, act, "replayed", replay)
