"""Canny: a post on the feedback board. Facts: developers.canny.io, "Webhooks". Its signature leaves the body out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.intake.reports import Author, Parsed, Withdrawal, Work
from app.integrations.sources.document import Document, read, required
from app.integrations.sources.envelope import Envelope, SignatureInvalid, check_age, check_signature, hmac_base64
from app.integrations.sources.example import Example, envelope, write

LONGEST_AGE = timedelta(hours=24)


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime | None:
    """Check the signature over the nonce. Raises SignatureInvalid.

    Any body passes, so the connection's address has a key, a nonce is taken once (it is the event's id),
    and the post is fetched again where there is a key for Canny's API.
    """
    nonce, given = envelope.required("canny-nonce"), envelope.required("canny-signature")
    check_signature([given], [hmac_base64(secret, nonce.encode()) for secret in secrets])
    sent = envelope.header("canny-timestamp")
    if sent is None:
        return None
    sent_at = Document({"at": _whole(sent)}).time("at")
    if sent_at is None:
        raise SignatureInvalid("The header “canny-timestamp” must be in milliseconds since 1970.")
    check_age(sent_at, now, LONGEST_AGE)
    return sent_at


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 16 else None


def event_id_of(envelope: Envelope) -> str | None:
    """The nonce, as Canny sends no id: each is taken once."""
    return envelope.unsigned("canny-nonce")


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery. Raises DeliveryUnreadable."""
    delivery = read(envelope.body)
    event_id, event = event_id_of(envelope), delivery.word("type")
    if event not in ("post.created", "post.deleted"):
        return Parsed(event_id, ignored="Only the creation of a post counts.")
    post = delivery.at("object")
    external_id = required(post.text("id"), "which post it is about")
    if event == "post.deleted":
        return Parsed(event_id, (Withdrawal("feature_request", external_id, "gone"),))
    created_at = required(post.time("created"), "when the post was created")
    author = _author(post.at("by")) or _author(post.at("author"))  # `by` is the admin who acts for a customer
    return Parsed(event_id, (Work("feature_request", external_id, created_at, author, url=post.address("url")),))


def _author(user: Document) -> Author | None:
    own_id, email = user.text("id"), user.text("email")
    is_admin = user.flag("isAdmin")
    name = user.text("name") if is_admin is True else None  # anybody else may be a customer
    return Author((own_id,) if own_id else (), email, name, is_admin is False) if own_id or email else None


def example(work: Example, secret: str) -> Envelope:
    """A created post."""
    author = {"id": work.author_id, "name": work.login, "email": work.email}
    address = f"https://feedback.example.com/posts/{work.number}"
    post = {"id": f"post-{work.number}", "created": work.done_at, "url": address, "author": author}
    return envelope(
        write({"type": "post.created", "object": post}),
        canny_nonce=work.delivery,
        canny_signature=hmac_base64(secret, work.delivery.encode()),
        canny_timestamp=str(int(work.sent_at.timestamp() * 1000)),
    )
