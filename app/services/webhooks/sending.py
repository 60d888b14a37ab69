"""Sending: each try at a message is leased, so that of several processes one sends it, and ends with a verdict."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.webhooks import retries, signing
from app.domain.webhooks.retries import Verdict
from app.models import WebhookEndpoint, WebhookMessage
from app.services.operations.secrets import SigningKey
from app.services.webhooks import endpoints

LEASE = timedelta(minutes=1)
"""Several times what a try may take; a process that dies in between leaves its message to others after it."""
MAX_ANSWER = 200
"""Characters of an answer that says no: enough for its reason."""
NO_SECRET = "The secret can’t be read: the server’s signing key is another one than then. Rotate the secret."  # noqa: S105 (a sentence)
BY_ITSELF = actor.system("webhooks")


class Try(NamedTuple):
    """One try at a message, which is ours while its lease lasts; `headers` is None without a readable secret."""

    endpoint_id: str
    seq: int
    attempt: int
    worker: str
    url: str
    headers: dict[str, str] | None
    body: str


def due(session: Session, now: datetime) -> list[str]:
    """The ids of the endpoints that something is to be sent to now."""
    waits = select(WebhookMessage.seq).where(col(WebhookMessage.endpoint_id) == col(WebhookEndpoint.id), *_due(now))
    query = select(WebhookEndpoint.id).where(*_may_be_sent_to(now), waits.exists())
    return list(session.exec(query))


def take(session: Session, key: SigningKey, endpoint_id: str, worker: str, now: datetime) -> Try | None:
    """Take the next message that is due to an endpoint, new ones first; None where there is none."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, *_may_be_sent_to(now))
    endpoint = session.exec(query.execution_options(populate_existing=True)).first()
    if endpoint is None:
        return None
    of_endpoint = select(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint_id, *_due(now))
    first = of_endpoint.order_by(col(WebhookMessage.attempts), col(WebhookMessage.seq)).limit(1)
    message = session.exec(first.with_for_update(skip_locked=True)).first()
    if message is None:
        return None
    message.attempts += 1
    message.lease_until, message.leased_by, message.tried_at = now + LEASE, worker, now
    session.add(message)
    session.flush()
    valid = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and now < endpoint.previous_until:
        valid += endpoint.previous_secret.split()
    secrets = [secret for each in valid if (secret := key.unseal(endpoints.PURPOSE, each)) is not None]
    headers = signing.headers(secrets, message.id, message.body, now) if secrets else None
    return Try(endpoint_id, message.seq, message.attempts, worker, endpoint.url, headers, message.body)


def settle(session: Session, made: Try, verdict: Verdict, now: datetime, chance: float) -> None:
    """Note what became of a try, if it still has its lease; the endpoint is locked before its message.

    A receiver that is gone, and one for which every try has failed for a day, is disabled.
    """
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == made.endpoint_id).with_for_update()
    endpoint = session.exec(query.execution_options(populate_existing=True)).first()
    if endpoint is None or not _end(session, made, verdict, now, chance):
        return
    if verdict.is_sent:
        if endpoint.failing_since is not None:
            endpoint.failing_since = endpoint.resting_until = None
            session.add(endpoint)
        return
    if endpoint.disabled_at is not None:
        return
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.resting_until = retries.rest(endpoint.failing_since, now, verdict.retry_after)
    session.add(endpoint)
    session.flush()
    if verdict.is_gone or now - endpoint.failing_since >= retries.GIVES_UP:
        act = Act(BY_ITSELF, now, None)
        endpoints.disable(session, endpoint.id, act, why="gone" if verdict.is_gone else "failing")


def _end(session: Session, made: Try, verdict: Verdict, now: datetime, chance: float) -> bool:
    again = None if verdict.is_sent else retries.next_try(made.attempt, now, chance, verdict.retry_after)
    state = "sent" if verdict.is_sent else "failed" if again is None else "waiting"
    statement = (
        update(WebhookMessage)
        .where(
            col(WebhookMessage.seq) == made.seq, col(WebhookMessage.leased_by) == made.worker,
            col(WebhookMessage.attempts) == made.attempt,
        )
        .values(
            state=state, due_at=again, ended_at=None if state == "waiting" else now, lease_until=None, leased_by=None,
            last_status=verdict.status, last_answer=verdict.reason[:MAX_ANSWER],
        )
    )  # fmt: skip
    return session.connection().execute(statement).rowcount == 1


def _may_be_sent_to(now: datetime) -> tuple[ColumnElement[bool], ...]:
    rests = col(WebhookEndpoint.resting_until)
    return col(WebhookEndpoint.disabled_at).is_(None), or_(rests.is_(None), rests <= now)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    due_at, lease = col(WebhookMessage.due_at), col(WebhookMessage.lease_until)
    is_due, is_free = or_(due_at.is_(None), due_at <= now), or_(lease.is_(None), lease <= now)
    return col(WebhookMessage.state) == "waiting", is_due, is_free
