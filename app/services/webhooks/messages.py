"""Messages: written in the transaction of what they tell, kept with what became of them, and sent again at will."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, insert, update
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.text import urls
from app.domain.webhooks import events
from app.errors import Conflict, NotFound
from app.models import WebhookEndpoint, WebhookMessage
from app.models.columns import is_id, new_id
from app.services import paging
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.paging import Page

KEPT = timedelta(days=14)
"""The time for which a message that was sent, or has failed, can be looked at and sent again."""
DISABLED = "The webhook was disabled before it was sent."

State = Literal["waiting", "sent", "failed"]
STATES: tuple[State, ...] = ("waiting", "sent", "failed")
NONE: Mapping[str, int] = dict.fromkeys(STATES, 0)


def write(session: Session, told: Iterable[WebhookEndpoint], kind: str, at: datetime, data: Mapping[str, Any]) -> None:
    """Have endpoints told that something happened, if this transaction commits."""
    rows = [row(endpoint, kind, at, data) for endpoint in told]
    write_rows(session, rows)


def row(endpoint: WebhookEndpoint, kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """A message as a new row."""
    return {
        "id": new_id(), "endpoint_id": endpoint.id, "kind": kind, "body": events.body(kind, at, data),
        "happened_at": at, "state": "waiting", "attempts": 0,
    }  # fmt: skip


def write_rows(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write messages."""
    if rows:
        session.execute(insert(WebhookMessage), rows)


def audit_target(endpoint: WebhookEndpoint) -> AuditTarget:
    """An endpoint as the audit names it: by its host, as the rest of its address may be a secret."""
    return AuditTarget("webhook", endpoint.id, urls.parse(endpoint.url).netloc)


def send_test(session: Session, endpoint: WebhookEndpoint, act: Act) -> None:
    """Have an enabled endpoint sent a message that tells of nothing. Raises Conflict."""
    check_enabled(endpoint)
    write(session, [endpoint], events.TEST, act.now, {"text": "Hello from Assembly Week. This is a test."})
    audit.note(session, "webhook.tested", audit_target(endpoint), act)


def check_enabled(endpoint: WebhookEndpoint) -> None:
    """Raise Conflict for a disabled endpoint, which is sent nothing."""
    if endpoint.disabled_at is not None:
        raise Conflict("This webhook is disabled. Enable it first.")


def page(
    session: Session, endpoint: WebhookEndpoint, *, state: str | None, cursor: str | None, limit: int
) -> Page[WebhookMessage]:
    """Up to `limit` messages to an endpoint after the cursor, the newest first. Raises Malformed for a bad cursor."""
    query = select(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint.id)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.exec(query.where(WebhookMessage.id == id_)).first())
        query = query.where(WebhookMessage.seq < last.seq)
    if state:
        query = query.where(WebhookMessage.state == state)
    found = session.exec(query.order_by(col(WebhookMessage.seq).desc()).limit(limit + 1)).all()
    return paging.cut(found, limit, lambda message: message.id)


def counts(session: Session) -> dict[str, dict[str, int]]:
    """The number of messages in each state, by endpoint; without endpoints that have none."""
    query = select(WebhookMessage.endpoint_id, WebhookMessage.state, func.count()).group_by(
        WebhookMessage.endpoint_id, WebhookMessage.state
    )
    found: dict[str, dict[str, int]] = {}
    for endpoint_id, state, count in session.exec(query):
        found.setdefault(endpoint_id, dict(NONE))[state] = count
    return found


def find(session: Session, endpoint: WebhookEndpoint, message_id: str) -> WebhookMessage:
    """The message of this id to an endpoint. Raises NotFound."""
    query = select(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint.id, WebhookMessage.id == message_id)
    message = session.exec(query).first() if is_id(message_id) else None
    if message is None:
        raise NotFound("There’s no message with that id to this webhook. Messages are kept for 14 days.")
    return message


def replay(session: Session, endpoint: WebhookEndpoint, message_id: str, act: Act) -> WebhookMessage:
    """Send a message once more, under its id; one that waits is sent at once. Raises NotFound or Conflict."""
    check_enabled(endpoint)
    message = find(session, endpoint, message_id)
    _requeue(session, col(WebhookMessage.seq) == message.seq)
    session.refresh(message)
    _note(session, endpoint, act, 1)
    return message


def replay_failed(session: Session, endpoint: WebhookEndpoint, act: Act) -> int:
    """Send every message that has failed once more; how many. Raises Conflict."""
    check_enabled(endpoint)
    failed = (col(WebhookMessage.endpoint_id) == endpoint.id, col(WebhookMessage.state) == "failed")
    count = _requeue(session, *failed)
    if count:
        _note(session, endpoint, act, count)
    return count


def _requeue(session: Session, *which: ColumnElement[bool]) -> int:
    again = {"state": "waiting", "attempts": 0, "due_at": None, "ended_at": None}
    statement = update(WebhookMessage).where(*which, col(WebhookMessage.lease_until).is_(None)).values(**again)
    return session.connection().execute(statement).rowcount


def _note(session: Session, endpoint: WebhookEndpoint, act: Act, count: int) -> None:
    audit.note(session, "webhook.replayed", audit_target(endpoint), act, after={"messages": count})


def give_up(session: Session, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Have what waits for an endpoint fail, so that it can be sent once the endpoint is enabled again."""
    waiting = (col(WebhookMessage.endpoint_id) == endpoint.id, col(WebhookMessage.state) == "waiting")
    failed = {"state": "failed", "ended_at": now, "lease_until": None, "leased_by": None}
    answer = func.coalesce(col(WebhookMessage.last_answer), DISABLED)
    session.execute(update(WebhookMessage).where(*waiting).values(**failed, last_answer=answer))


def forget(session: Session, now: datetime) -> int:
    """Delete the messages that ended long ago; how many."""
    ended = delete(WebhookMessage).where(col(WebhookMessage.ended_at) < now - KEPT)
    return session.connection().execute(ended).rowcount
