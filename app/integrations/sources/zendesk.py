"""Zendesk: public replies to customers. Facts: developer.zendesk.com, "Event types" and "Verifying webhooks"."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.domain.intake.reports import (
    Author,
    ClockEvent,
    ClockFact,
    DeliveryUnreadable,
    Parsed,
    Report,
    Withdrawal,
    Work,
)
from app.domain.text import emails
from app.integrations.sources.document import Document, read, required
from app.integrations.sources.envelope import Envelope, SignatureInvalid, check_age, check_signature, hmac_base64
from app.integrations.sources.example import Example, envelope, instant, write

LONGEST_AGE = timedelta(hours=24)
"""Generous, for a comment counts once however late or often it comes."""

COMMENT_ADDED = "zen:event-type:ticket.comment_added"
MADE_PRIVATE = "zen:event-type:ticket.comment_made_private"
MESSAGE_ADDED = "zen:event-type:messaging_ticket.message_added"
TICKET_CREATED = "zen:event-type:ticket.created"

TEMPLATE = "assembly-week-1"
"""The version of our trigger's template: its fields one by one, as Zendesk shows whole comments as unusable text."""


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime:
    """Check the signature over its time and the body. Raises SignatureInvalid."""
    sent = envelope.required("x-zendesk-webhook-signature-timestamp")
    given = envelope.required("x-zendesk-webhook-signature")
    check_signature([given], [hmac_base64(secret, sent.encode(), envelope.body) for secret in secrets])
    envelope.check("x-zendesk-webhook-invocation-id")
    sent_at = Document({"at": sent}).time("at")
    if sent_at is None:
        raise SignatureInvalid("The signature’s timestamp must be a time, such as 2022-09-14T08:30:00Z.")
    check_age(sent_at, now, LONGEST_AGE)
    return sent_at


def event_id_of(envelope: Envelope) -> str | None:
    """Zendesk's id of an event, or of a trigger's invocation. Raises DeliveryUnreadable."""
    return _event_id(envelope, read(envelope.body))


def _event_id(envelope: Envelope, delivery: Document) -> str | None:
    is_trigger = delivery.text("template") == TEMPLATE
    return envelope.unsigned("x-zendesk-webhook-invocation-id") if is_trigger else delivery.text("id")


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery: an event, or what our trigger sends. Raises DeliveryUnreadable."""
    delivery = read(envelope.body)
    if delivery.text("template") == TEMPLATE:
        return _parse_trigger(delivery, _event_id(envelope, delivery))
    event_id, kind = _event_id(envelope, delivery), delivery.word("type")
    if not kind:
        raise DeliveryUnreadable("It is neither an event of Zendesk’s nor our trigger’s template. Paste it again.")
    if kind == MADE_PRIVATE:
        comment = required(delivery.text("event.comment.id"), "which comment it is about")
        return Parsed(event_id, (Withdrawal("response", comment, "private"),))
    if kind == MESSAGE_ADDED:
        return Parsed(event_id, tuple(_message(delivery)), "Only messages of agents and customers count.")
    if kind == TICKET_CREATED:
        return Parsed(event_id, tuple(_creation(delivery, delivery.time("time"))), "Staff opened the ticket.")
    if kind != COMMENT_ADDED:
        return Parsed(event_id, ignored="Only comments and messages count.")
    if not required(delivery.flag("event.comment.is_public"), "whether the comment is public"):
        return Parsed(event_id, ignored="Private notes never count.")
    return Parsed(event_id, tuple(_comment(delivery)))


def _comment(delivery: Document) -> Iterator[Report]:
    comment = required(delivery.text("event.comment.id"), "which comment it is about")
    own_id = delivery.text("event.comment.author.id") or delivery.text("event.comment.author_id")
    is_staff = delivery.flag("event.comment.author.is_staff") is True
    is_requester = own_id is not None and own_id == delivery.text("detail.requester_id")
    yield from _creation(delivery, None)
    author = _author(own_id, delivery.text("event.comment.author.name") if is_staff else None)
    yield from _said(delivery, comment, author, "staff" if is_staff and not is_requester else "customer")


def _message(delivery: Document) -> Iterator[Report]:
    event: ClockEvent | None = {"agent": "staff", "end_user": "customer", "customer": "customer"}.get(  # type: ignore[assignment]
        delivery.word("event.actor.type")
    )
    if event is not None:
        message = required(delivery.text("event.message.id"), "which message it is about")
        yield from _creation(delivery, None)
        name = delivery.text("event.actor.name") if event == "staff" else None
        yield from _said(delivery, message, _author(delivery.text("event.actor.id"), name), event)


def _author(own_id: str | None, name: str | None) -> Author | None:
    """The author of a comment; names are of staff alone."""
    return Author((own_id,), name=name) if own_id else None


def _creation(delivery: Document, otherwise: datetime | None) -> Iterator[ClockFact]:
    """The ticket's creation, if its requester opened it: one that staff opened starts with the customer's comment."""
    ticket, created_at = delivery.text("detail.id"), delivery.time("detail.created_at") or otherwise
    requester, submitter = delivery.text("detail.requester_id"), delivery.text("detail.submitter_id")
    is_by_customer = submitter is None or requester is None or submitter == requester
    if ticket is not None and created_at is not None and is_by_customer:
        author = Author((requester,)) if requester is not None else None
        yield ClockFact(ticket, "created", created_at, author=author, channel=_channel(delivery))


def _channel(delivery: Document) -> str:
    """The channel of a message or of the ticket, `via`; everything else is email."""
    via = "chat" if delivery.word("type") == MESSAGE_ADDED else delivery.word("detail.via.channel")
    if "chat" in via or "messaging" in via:
        return "chat"
    return "phone" if via in {"voice", "phone"} else ""


def _said(delivery: Document, external_id: str, author: Author | None, event: ClockEvent) -> Iterator[Report]:
    ticket, at = delivery.text("detail.id"), required(delivery.time("time"), "when it was written")
    if ticket is not None:
        yield ClockFact(ticket, event, at, external_id, author, _channel(delivery))
    if event == "staff":
        yield Work("response", external_id, at, author, subject=ticket)


def _parse_trigger(delivery: Document, event_id: str | None) -> Parsed:
    for name in ("comment_id", "ticket_id", "commented_at", "ticket_created_at", "author_email"):
        _check_filled(delivery, name)
    comment = required(delivery.text("comment_id"), "which comment it is about, “comment_id”")
    at = required(delivery.time("commented_at"), "when it was written, “commented_at”")
    ticket, email = delivery.text("ticket_id"), delivery.text("author_email")
    author = Author(email=emails.written(email)) if email else None
    created_at = delivery.time("ticket_created_at")
    created = (ClockFact(ticket, "created", created_at),) if ticket and created_at else ()
    replied = (ClockFact(ticket, "staff", at, comment, author),) if ticket else ()
    return Parsed(event_id, (*created, *replied, Work("response", comment, at, author, subject=ticket)))


def _check_filled(delivery: Document, name: str) -> None:
    """Raise DeliveryUnreadable for a placeholder that Zendesk did not fill; with an id like that, all are one."""
    value = delivery.text(name) or ""
    if "{" in value or (name in ("comment_id", "ticket_id") and value and not value.isdecimal()):
        raise DeliveryUnreadable(
            f"“{name}” holds no value of Zendesk’s. Paste the template of its page again, as it is."
        )


def example(work: Example, secret: str) -> Envelope:
    """A public reply, to a ticket that came in twenty minutes before."""
    created_at = work.done_at - timedelta(minutes=20)
    detail = {"id": str(work.number), "requester_id": "900", "submitter_id": "900", "created_at": created_at}
    author = {"id": work.author_id, "name": work.login, "is_staff": True}
    comment = {"id": work.number, "is_public": True, "author": author}
    event = {"id": work.delivery, "type": COMMENT_ADDED, "time": work.done_at, "detail": detail}
    body, sent = write({**event, "event": {"comment": comment}}), instant(work.sent_at)
    return envelope(
        body,
        x_zendesk_webhook_signature_timestamp=sent,
        x_zendesk_webhook_signature=hmac_base64(secret, sent.encode(), body),
    )
