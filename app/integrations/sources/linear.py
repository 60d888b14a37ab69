"""Linear: an issue that somebody created. Facts: linear.app/developers/webhooks, and captures of 2023 and 2024."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.intake.reports import Author, DeliveryUnreadable, Parsed, Withdrawal, Work
from app.integrations.sources.document import Document, read, required
from app.integrations.sources.envelope import (
    Envelope,
    SignatureInvalid,
    check_age,
    check_signature,
    hmac_hex,
)
from app.integrations.sources.example import Example, envelope, write

LONGEST_AGE = timedelta(hours=24)
"""Linear retries after 1 minute, 1 hour and 6 hours, and is said to keep the first time it signed."""


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime | None:
    """Check the signature over the body, and the time in it where there is one. Raises SignatureInvalid."""
    given = envelope.required("linear-signature")
    check_signature([given], [hmac_hex(secret, envelope.body) for secret in secrets])
    envelope.check("linear-delivery")
    try:
        delivery = read(envelope.body)
    except DeliveryUnreadable:
        return None  # signed, so it is kept until somebody has looked at it
    sent_at = delivery.time("webhookTimestamp")
    if sent_at is not None:
        check_age(sent_at, now, LONGEST_AGE)
    elif delivery.is_number("webhookTimestamp"):
        raise SignatureInvalid("“webhookTimestamp” must be a time, in milliseconds since 1970.")
    return sent_at


def event_id_of(envelope: Envelope) -> str | None:
    """Linear's id of a delivery."""
    return envelope.unsigned("linear-delivery")


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery. Raises DeliveryUnreadable."""
    delivery = read(envelope.body)
    event_id, action = event_id_of(envelope), delivery.word("action")
    if delivery.word("type") != "issue":
        return Parsed(event_id, ignored="Only issues count.")
    if action not in ("create", "remove"):
        return Parsed(event_id, ignored="Only the creation of an issue counts.")
    external_id = required(delivery.text("data.id"), "which issue it is about")
    if action == "remove":
        return Parsed(event_id, (Withdrawal("issue", external_id, "gone"),))
    if _is_automatic(delivery):
        return Parsed(event_id, ignored="A bot or an integration created the issue.")
    created_at = required(delivery.time("data.createdAt"), "when the issue was created")
    work = Work("issue", external_id, created_at, _author(delivery), url=delivery.address("url"))
    return Parsed(event_id, (work,))


def _is_automatic(delivery: Document) -> bool:
    kind = delivery.word("actor.type")
    return delivery.has("data.botActor") or delivery.has("botActor") or kind not in ("", "user")


def _author(delivery: Document) -> Author | None:
    """The actor or else the creator; whoever of them has an e-mail comes first."""
    actor = _person(delivery.text("actor.email"), delivery.text("actor.id"), delivery.text("actor.name"))
    creator_id = delivery.text("data.creatorId") or delivery.text("data.creator.id")
    creator = _person(delivery.text("data.creator.email"), creator_id, delivery.text("data.creator.name"))
    named = [each for each in (actor, creator) if each is not None]
    return min(named, key=lambda each: each.email is None, default=None)


def _person(email: str | None, own_id: str | None, name: str | None) -> Author | None:
    return Author((own_id,) if own_id else (), email, name) if email or own_id else None


def example(work: Example, secret: str) -> Envelope:
    """A created issue."""
    actor = {"id": work.author_id, "type": "user", "name": work.login, "email": work.email}
    data = {"id": f"issue-{work.number}", "createdAt": work.done_at, "creatorId": work.author_id}
    sent = int(work.sent_at.timestamp() * 1000)
    body = write({"type": "Issue", "action": "create", "actor": actor, "data": data, "webhookTimestamp": sent})
    return envelope(body, linear_delivery=work.delivery, linear_signature=hmac_hex(secret, body))
