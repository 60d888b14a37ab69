"""Endpoints: addresses of others that are told what happens, with a secret that is shown once."""

import base64
import secrets as random
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.text import urls
from app.domain.text.public_addresses import PUBLIC, Allowed
from app.domain.webhooks import events as words
from app.domain.webhooks.events import Event
from app.domain.webhooks.signing import PREFIX
from app.errors import AlreadyDone, Conflict, Malformed, NotFound
from app.models import WebhookEndpoint, WebhookMessage, Week
from app.models.columns import is_id
from app.services.audit import audit
from app.services.operations.secrets import SigningKey
from app.services.webhooks import messages, progress
from app.services.weeks import weeks

MAX_ENDPOINTS = 20
"""Each has a thread of its own while it is sent something, so that a slow one keeps no other waiting."""
OVERLAP = timedelta(hours=24)
"""The time for which messages are signed with the secrets before the newest, too."""
MOST_OLD = 4
PURPOSE = "webhook"

_TOLD = col(WebhookEndpoint.disabled_at).is_(None) & or_(
    col(WebhookEndpoint.week_id).is_(None), col(WebhookEndpoint.week_id) == bindparam("week")
)
_IS_ANY_TOLD = Prepared(sql_select(col(WebhookEndpoint.id)).where(_TOLD).limit(literal_column("1")))

DisabledFor = Literal["organizer", "gone", "failing"]


class NewSecret(NamedTuple):
    """An endpoint with its secret, which is kept nowhere in plain text."""

    endpoint: WebhookEndpoint
    secret: str


def add(
    session: Session,
    key: SigningKey,
    act: Act,
    *,
    url: str,
    events: Iterable[str],
    week: str = "",
    allowed: Allowed = PUBLIC,
) -> NewSecret:
    """Tell an address of events, of one week or, without one, of all. Raises Malformed, WeekUnknown or Conflict."""
    url, wanted = check_url(url, allowed), check_events(events)
    week_id = weeks.find(session, week, act.now).id if week else None
    serialize(session)
    if session.exec(select(func.count()).select_from(WebhookEndpoint)).one() >= MAX_ENDPOINTS:
        raise Conflict(f"There are {MAX_ENDPOINTS} webhooks, and no more are possible. Remove one first.")
    _begin_if_first(session)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        url=url, events=" ".join(wanted), week_id=week_id, secret=key.seal(PURPOSE, secret),
        created_at=act.now, created_by=act.actor.name,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    audit.note(
        session, "webhook.added", messages.audit_target(endpoint), act, after={"events": endpoint.events, "week": week}
    )
    return NewSecret(endpoint, secret)


def check_url(url: str, allowed: Allowed) -> str:
    """An address to send to, without blanks around it. Raises Malformed."""
    url = url.strip()
    if flaw := _url_flaw(url, allowed):
        raise Malformed(flaw, errors=[{"field": "url", "message": flaw}])
    return url


def _url_flaw(url: str, allowed: Allowed) -> str:
    try:
        parts = urls.parse(url)
    except ValueError as flaw:
        return str(flaw)
    if parts.fragment:
        return "Leave out the part from “#”: it is never sent."
    return allowed.host_flaw(parts.hostname or "", is_plain=parts.scheme == "http")


def check_events(events: Iterable[str]) -> tuple[Event, ...]:
    """The events chosen, in our order. Raises Malformed."""
    try:
        return words.ordered(events)
    except ValueError as flaw:
        raise Malformed(str(flaw)) from None


def new_secret() -> str:
    """A secret as Standard Webhooks has it: 192 random bits."""
    return PREFIX + base64.b64encode(random.token_bytes(24)).decode()


def rotate(session: Session, key: SigningKey, endpoint_id: str, act: Act, *, at_once: bool = False) -> NewSecret:
    """Give an endpoint another secret; for a day messages are signed with the old ones, too.

    Those are several where it is changed again within that day: which of them the receiver has is not known. With
    `at_once` they end now, for one that leaked. Raises NotFound.
    """
    endpoint = lock(session, endpoint_id)
    secret, older = new_secret(), endpoint.previous_secret or ""
    is_overlapping = endpoint.previous_until is not None and act.now < endpoint.previous_until
    old = [endpoint.secret, *(older.split() if is_overlapping else ())][:MOST_OLD]
    endpoint.previous_secret = None if at_once else " ".join(old)
    endpoint.previous_until = None if at_once else act.now + OVERLAP
    endpoint.secret = key.seal(PURPOSE, secret)
    session.add(endpoint)
    session.flush()
    audit.note(session, "webhook.rotated", messages.audit_target(endpoint), act, after={"at_once": at_once})
    return NewSecret(endpoint, secret)


def disable(session: Session, endpoint_id: str, act: Act, *, why: DisabledFor = "organizer") -> WebhookEndpoint:
    """Tell an endpoint nothing from now on; what waits for it has failed. Raises NotFound, or AlreadyDone."""
    endpoint = lock(session, endpoint_id)
    if endpoint.disabled_at is not None:
        raise AlreadyDone("This webhook is disabled already.")
    endpoint.disabled_at, endpoint.disabled_for = act.now, why
    endpoint.failing_since = endpoint.resting_until = None
    session.add(endpoint)
    session.flush()
    messages.give_up(session, endpoint, act.now)
    audit.note(session, "webhook.disabled", messages.audit_target(endpoint), act, after={"why": why})
    return endpoint


def enable(session: Session, endpoint_id: str, act: Act) -> WebhookEndpoint:
    """Tell an endpoint what happens from now on. Raises NotFound, or AlreadyDone."""
    serialize(session)
    endpoint = lock(session, endpoint_id)
    if endpoint.disabled_at is None:
        raise AlreadyDone("This webhook is enabled already.")
    _begin_if_first(session)
    endpoint.disabled_at = endpoint.disabled_for = None
    session.add(endpoint)
    session.flush()
    audit.note(session, "webhook.enabled", messages.audit_target(endpoint), act)
    return endpoint


def remove(session: Session, endpoint_id: str, act: Act) -> WebhookEndpoint:
    """Forget an endpoint with all messages to it. Raises NotFound."""
    endpoint = lock(session, endpoint_id)
    session.execute(delete(WebhookMessage).where(col(WebhookMessage.endpoint_id) == endpoint.id))
    audit.note(session, "webhook.removed", messages.audit_target(endpoint), act)
    session.delete(endpoint)
    session.flush()
    return endpoint


def _begin_if_first(session: Session) -> None:
    """Begin with what happens from now on, where nobody was told anything until now."""
    enabled = select(WebhookEndpoint.id).where(col(WebhookEndpoint.disabled_at).is_(None)).limit(1)
    if session.exec(enabled).first() is None:
        progress.begin(session)


def every(session: Session) -> list[WebhookEndpoint]:
    """The endpoints, the oldest first."""
    return list(session.exec(select(WebhookEndpoint).order_by(col(WebhookEndpoint.created_at), WebhookEndpoint.id)))


def wanting(session: Session, week_id: int, *wanted: Event) -> list[WebhookEndpoint]:
    """The enabled endpoints that are told of any of these events of a week, the oldest first."""
    if not _IS_ANY_TOLD.rows(session, week=week_id):  # asked whenever a shift has its people
        return []
    query = select(WebhookEndpoint).where(_TOLD).order_by(col(WebhookEndpoint.created_at), WebhookEndpoint.id)
    found = session.exec(query, params={"week": week_id})
    return [endpoint for endpoint in found if set(wanted) & set(endpoint.events.split())]


def broken(session: Session) -> list[WebhookEndpoint]:
    """The endpoints that were disabled without anybody's doing, which organizers are told of."""
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.disabled_for).in_(("gone", "failing")))
    return list(session.exec(query.order_by(col(WebhookEndpoint.disabled_at), WebhookEndpoint.id)))


def find(session: Session, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint of this id. Raises NotFound."""
    return _known(session.get(WebhookEndpoint, endpoint_id) if is_id(endpoint_id) else None)


def lock(session: Session, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint of this id, locked before any of its messages. Raises NotFound."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    query = query.execution_options(populate_existing=True)
    return _known(session.exec(query).first() if is_id(endpoint_id) else None)


def _known(endpoint: WebhookEndpoint | None) -> WebhookEndpoint:
    if endpoint is None:
        raise NotFound("There’s no webhook with that id. The list of webhooks shows those there are.")
    return endpoint


def state(endpoint: WebhookEndpoint) -> Literal["enabled", "failing", "disabled"]:
    """The state of an endpoint: it fails while every try since the last success did."""
    if endpoint.disabled_at is not None:
        return "disabled"
    return "failing" if endpoint.failing_since is not None else "enabled"


def weeks_of(session: Session, endpoints: Iterable[WebhookEndpoint]) -> dict[int, Week]:
    """The weeks that endpoints are restricted to, by id."""
    ids = {endpoint.week_id for endpoint in endpoints if endpoint.week_id is not None}
    if not ids:
        return {}
    return {week.id: week for week in session.exec(select(Week).where(col(Week.id).in_(ids)))}
