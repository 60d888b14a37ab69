"""Standard Webhooks: our own JSON from any tool, signed as standardwebhooks.com says. The fields are the API's."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from app.domain.intake.reports import Author, DeliveryUnreadable, Parsed, Work
from app.domain.text import emails
from app.integrations.sources.document import Document, read, required
from app.integrations.sources.envelope import Envelope, SignatureInvalid, check_age, check_signature, hmac_base64
from app.integrations.sources.example import Example, envelope, write

LONGEST_AGE = timedelta(minutes=5)
"""The specification's: each retry is signed anew."""

_PREFIX = "whsec_"
_WHOLE = "must be whole seconds, such as 1260"
_ADDRESS = "must be a web address that begins with http:// or https://"
_MOMENT = "must be a date and time with its offset, such as 2022-09-14T06:00:00-07:00"
_CODE = "must be text of 1 to 200 characters on one line"
_PROSE = "must be text without control characters"
T = TypeVar("T")


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime:
    """Check that one of the signatures is valid for the id, time and body. Raises SignatureInvalid."""
    message, sent = envelope.required("webhook-id"), envelope.required("webhook-timestamp")
    given = [each.removeprefix("v1,") for each in envelope.required("webhook-signature").split() if each[:3] == "v1,"]
    signed = f"{message}.{sent}.".encode()
    check_signature(given, [hmac_base64(_key(secret), signed, envelope.body) for secret in secrets])
    if not sent.isdecimal() or len(sent) > 11:
        raise SignatureInvalid("The header “webhook-timestamp” must be in seconds since 1970.")
    sent_at = datetime.fromtimestamp(int(sent), UTC)
    check_age(sent_at, now, LONGEST_AGE)
    return sent_at


def _key(secret: str) -> bytes:
    """The key that a secret stands for: base64 after its prefix, or its own bytes where it is not written so."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()


def event_id_of(envelope: Envelope) -> str | None:
    """The id of a message."""
    return envelope.unsigned("webhook-id")


def parse(envelope: Envelope) -> Parsed:
    """Read one activity. Raises DeliveryUnreadable."""
    activity = read(envelope.body)
    email = _optional(activity, "person", Document.text, _CODE)
    work = Work(
        required(_optional(activity, "kind", Document.text, _CODE), "its “kind”"),
        required(_optional(activity, "external_id", Document.code, _CODE), "its “external_id”"),
        required(_optional(activity, "occurred_at", _moment, _MOMENT), "when it happened, “occurred_at”"),
        Author(email=emails.written(email)) if email else None,
        subject=_optional(activity, "subject", Document.code, _CODE),
        response_seconds=_optional(activity, "response_seconds", Document.whole, _WHOLE),
        url=_optional(activity, "url", Document.address, _ADDRESS),
        note=_optional(activity, "note", Document.string, _PROSE),
        source=required(_optional(activity, "source", Document.code, _CODE), "its “source”"),
    )
    return Parsed(event_id_of(envelope), (work,))


def _optional(activity: Document, name: str, read_as: Callable[[Document, str], T | None], flaw: str) -> T | None:
    """A field that may be missing, null or empty. Raises DeliveryUnreadable for a value that cannot be read.

    Nobody would miss what was left out in silence, and no replay could bring it back.
    """
    value = read_as(activity, name)
    if value is None and activity.has(name) and not activity.is_blank(name):
        raise DeliveryUnreadable(f"“{name}” {flaw}.")
    return value


def _moment(activity: Document, name: str) -> datetime | None:
    """A time in words: milliseconds, as tools count them, and seconds can't be told apart."""
    return activity.time(name) if activity.string(name) is not None else None


def example(work: Example, secret: str) -> Envelope:
    """An issue in a tracker of one's own."""
    activity = {"kind": "issue", "person": work.email, "source": "tracker", "external_id": str(work.number)}
    body = write({**activity, "occurred_at": work.done_at})
    sent = str(int(work.sent_at.timestamp()))
    signature = hmac_base64(_key(secret), f"{work.delivery}.{sent}.".encode(), body)
    return envelope(body, webhook_id=work.delivery, webhook_timestamp=sent, webhook_signature=f"v1,{signature}")
