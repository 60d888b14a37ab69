"""Webhooks for organizers' scripts: addresses that are told what happens, and the messages to them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.text.public_addresses import Allowed
from app.domain.webhooks.events import EVENTS
from app.errors import AlreadyDone
from app.models import WebhookEndpoint
from app.services import paging
from app.services.validation import parse
from app.services.webhooks import endpoints, messages
from app.services.webhooks.endpoints import NewSecret
from app.services.webhooks.messages import State
from app.web.api.bodies import naming, takes_json
from app.web.api.weeks import Cursor, Limit
from app.web.deps import AdminAct, AdminRealAct, AppDatabase, AppKey, AppSettings, RawBody, ReadSession
from app.web.documents import webhooks as documents
from app.web.documents.webhooks import message_document, webhook_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["webhooks"], route_class=DatabaseRoute)

EXAMPLES = ["9f86d081884c7d65"]
WebhookId = Annotated[str, Path(description="A webhook's id", examples=EXAMPLES)]
MessageId = Annotated[str, Path(description="A message's id", examples=EXAMPLES)]
ONE: dict[int | str, dict[str, Any]] = {200: {"model": documents.Webhook}}
STRICT = ConfigDict(extra="forbid", strict=True)


class WebhookIn(BaseModel):
    """An address to tell."""

    model_config = STRICT

    url: Annotated[str, Field(max_length=2_000, description="Public, and https.")]
    events: Annotated[list[str], Field(max_length=20, description=f"Some of {', '.join(EVENTS)}.")]
    week: Annotated[str, Field(max_length=40, description="Of this week alone; left out, of all.")] = ""


class RotationIn(BaseModel):
    """The end of the secret there is: after a day, or now."""

    model_config = STRICT

    at_once: Annotated[bool, Field(description="End the old one now: it leaked.")] = False


class SwitchIn(BaseModel):
    """The choice to tell it what happens, or nothing."""

    model_config = STRICT

    enabled: bool


@router.get("/webhooks", operation_id="listWebhooks", responses={200: {"model": documents.WebhookList}})
def list_webhooks(act: AdminAct, session: ReadSession) -> Response:
    """Webhooks, the oldest first; there are at most 20."""
    found = endpoints.every(session)
    weeks = endpoints.weeks_of(session, found)
    items = [webhook_document(each, weeks[each.week_id].slug if each.week_id else None) for each in found]
    return JSONResponse(documents.WebhookList(items=items, next_cursor=None))


@router.post(
    "/webhooks",
    operation_id="addWebhook",
    status_code=201,
    openapi_extra=takes_json(WebhookIn, {"url": "https://example.com/hooks", "events": ["activity.recorded"]}),
    responses={201: {"model": documents.NewWebhook}},
)
def add_webhook(
    act: AdminRealAct, database: AppDatabase, key: AppKey, settings: AppSettings, body: RawBody
) -> Response:
    """Tell an address what happens from now on; its secret is shown this once."""
    wish = parse(WebhookIn, body)
    allowed = Allowed(networks=settings.outbound_networks)
    endpoints.check_url(wish.url, allowed)
    with naming("events"):
        endpoints.check_events(wish.events)
    with database.unit_of_work() as session:
        made = endpoints.add(session, key, act, url=wish.url, events=wish.events, week=wish.week, allowed=allowed)
        return _shown_once(session, made, 201)


@router.get("/webhooks/{webhook_id}", operation_id="getWebhook", responses=ONE)
def read_webhook(act: AdminAct, session: ReadSession, webhook_id: WebhookId) -> Response:
    """One webhook."""
    return _shown(session, endpoints.find(session, webhook_id))


@router.patch(
    "/webhooks/{webhook_id}",
    operation_id="switchWebhook",
    openapi_extra=takes_json(SwitchIn, {"enabled": False}),
    responses=ONE,
)
def switch_webhook(act: AdminRealAct, database: AppDatabase, webhook_id: WebhookId, body: RawBody) -> Response:
    """Disable a webhook, so that what waits for it has failed, or enable it; a repeat changes nothing."""
    wish = parse(SwitchIn, body)
    with database.unit_of_work() as session:
        try:
            switch = endpoints.enable if wish.enabled else endpoints.disable
            return _shown(session, switch(session, webhook_id, act))
        except AlreadyDone:
            return _shown(session, endpoints.find(session, webhook_id))


@router.delete("/webhooks/{webhook_id}", operation_id="removeWebhook", responses=ONE)
def remove_webhook(act: AdminRealAct, database: AppDatabase, webhook_id: WebhookId) -> Response:
    """Forget a webhook with all messages to it."""
    with database.unit_of_work() as session:
        endpoint = endpoints.find(session, webhook_id)
        shown = _shown(session, endpoint)
        endpoints.remove(session, webhook_id, act)
        return shown


@router.post(
    "/webhooks/{webhook_id}/rotation",
    operation_id="rotateWebhook",
    openapi_extra=takes_json(RotationIn, {"at_once": False}),
    responses={200: {"model": documents.NewWebhook}},
)
def rotate_webhook(
    act: AdminRealAct, database: AppDatabase, key: AppKey, webhook_id: WebhookId, body: RawBody
) -> Response:
    """Give a webhook another secret, shown this once; for a day messages are signed with the old one, too."""
    wish = parse(RotationIn, body)
    with database.unit_of_work() as session:
        return _shown_once(session, endpoints.rotate(session, key, webhook_id, act, at_once=wish.at_once), 200)


@router.post("/webhooks/{webhook_id}/test", operation_id="testWebhook", status_code=202, responses={202: ONE[200]})
def test_webhook(act: AdminRealAct, database: AppDatabase, webhook_id: WebhookId) -> Response:
    """Send a webhook a message of the type `webhook.test`, within a second."""
    with database.unit_of_work() as session:
        endpoint = endpoints.find(session, webhook_id)
        messages.send_test(session, endpoint, act)
        return _shown(session, endpoint, 202)


@router.get(
    "/webhooks/{webhook_id}/messages",
    operation_id="listWebhookMessages",
    responses={200: {"model": documents.MessageList}},
)
def list_messages(
    act: AdminAct,
    session: ReadSession,
    webhook_id: WebhookId,
    state: Annotated[State | None, Query(description="In this state alone")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """Messages to a webhook, the newest first, for 14 days."""
    endpoint = endpoints.find(session, webhook_id)
    items, next_cursor = messages.page(session, endpoint, state=state, cursor=cursor, limit=limit)
    shown = [message_document(message) for message in items]
    return JSONResponse(documents.MessageList(items=shown, next_cursor=next_cursor))


@router.post(
    "/webhooks/{webhook_id}/messages/{message_id}/replay",
    operation_id="replayWebhookMessage",
    status_code=202,
    responses={202: {"model": documents.Message}},
)
def replay_message(act: AdminRealAct, database: AppDatabase, webhook_id: WebhookId, message_id: MessageId) -> Response:
    """Send a message once more under its id, failed or not."""
    with database.unit_of_work() as session:
        endpoint = endpoints.lock(session, webhook_id)
        return JSONResponse(message_document(messages.replay(session, endpoint, message_id, act)), 202)


@router.post(
    "/webhooks/{webhook_id}/replay",
    operation_id="replayWebhook",
    status_code=202,
    responses={202: {"model": documents.Replayed}},
)
def replay_webhook(act: AdminRealAct, database: AppDatabase, webhook_id: WebhookId) -> Response:
    """Send every message that has failed once more, each under its id."""
    with database.unit_of_work() as session:
        count = messages.replay_failed(session, endpoints.lock(session, webhook_id), act)
        return JSONResponse(documents.Replayed(replayed=count), 202)


def _slug(session: Session, endpoint: WebhookEndpoint) -> str | None:
    return next((week.slug for week in endpoints.weeks_of(session, [endpoint]).values()), None)


def _shown(session: Session, endpoint: WebhookEndpoint, status: Literal[200, 202] = 200) -> Response:
    return JSONResponse(webhook_document(endpoint, _slug(session, endpoint)), status)


def _shown_once(session: Session, made: NewSecret, status: Literal[200, 201]) -> Response:
    shown = webhook_document(made.endpoint, _slug(session, made.endpoint))
    return JSONResponse(documents.NewWebhook(**shown, secret=made.secret), status)
