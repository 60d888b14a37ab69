"""Documents of webhooks: addresses that are told what happens, and the messages to them."""

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from app.models import WebhookEndpoint, WebhookMessage
from app.services.exports.ledger_export import moment
from app.services.webhooks import endpoints
from app.services.webhooks.messages import State
from app.web.documents.values import Moment, NextCursor

WebhookState = Literal["enabled", "failing", "disabled"]


class Webhook(TypedDict):
    """An address that is told of some events, of one week or, where that is null, of all.

    `disabled_for` says why it is: `organizer`, `gone` (it answered 410) or `failing` (for a day).
    """

    id: str
    url: str
    events: Annotated[list[str], Field(examples=[["activity.recorded"]])]
    week: str | None
    state: WebhookState
    disabled_for: Literal["organizer", "gone", "failing"] | None
    failing_since: Moment | None
    created_at: Moment
    created_by: str


class NewWebhook(Webhook):
    """A webhook with its secret, which is shown this once."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class WebhookList(TypedDict):
    """All webhooks, the oldest first."""

    items: list[Webhook]
    next_cursor: NextCursor


class Message(TypedDict):
    """A message to a webhook; its `id` is the header `webhook-id`, `body` exactly what is sent on each try."""

    id: str
    type: str
    happened_at: Moment
    state: State
    attempts: int
    tried_at: Moment | None
    due_at: Annotated[Moment | None, Field(description="The next try; null is at once, or never.")]
    status: Annotated[int | None, Field(description="Of the last answer; null without one.")]
    answer: Annotated[str | None, Field(description="What the last answer said, or why there was none.")]
    body: str


class MessageList(TypedDict):
    """Some messages, the newest first."""

    items: list[Message]
    next_cursor: NextCursor


class Replayed(TypedDict):
    """The number of messages that are sent once more."""

    replayed: int


def webhook_document(endpoint: WebhookEndpoint, week: str | None) -> Webhook:
    """A webhook as the API shows it."""
    since = endpoint.failing_since
    return Webhook(
        id=endpoint.id, url=endpoint.url, events=endpoint.events.split(), week=week, state=endpoints.state(endpoint),
        disabled_for=cast("Literal['organizer', 'gone', 'failing'] | None", endpoint.disabled_for),
        failing_since=moment(since) if since else None, created_at=moment(endpoint.created_at),
        created_by=endpoint.created_by,
    )  # fmt: skip


def message_document(message: WebhookMessage) -> Message:
    """A message as the API shows it."""
    return Message(
        id=message.id, type=message.kind, happened_at=moment(message.happened_at),
        state=cast("State", message.state), attempts=message.attempts,
        tried_at=moment(message.tried_at) if message.tried_at else None,
        due_at=moment(message.due_at) if message.due_at else None, status=message.last_status,
        answer=message.last_answer, body=message.body,
    )  # fmt: skip
