"""Slack: what people log with `/assembly log`. Facts: docs.slack.dev/authentication/verifying-requests-from-slack."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.domain.intake.reports import Author, DeliveryUnreadable, Parsed, Work
from app.domain.slack import calls, commands, forms
from app.domain.slack.calls import Call, CallUnreadable
from app.domain.slack.commands import Command
from app.integrations.sources.envelope import Envelope, SignatureInvalid, check_age, check_signature, hmac_hex
from app.integrations.sources.example import Example, envelope

Headers = Sequence[tuple[bytes, bytes]]
LONGEST_AGE = timedelta(minutes=5)
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime | None:
    """Check the signature over time and body, and the time. Raises SignatureInvalid."""
    stamp, given = envelope.required(STAMP), envelope.required(SIGNATURE)
    sent_at = _time(stamp)
    signed = f"v0:{stamp}:".encode(), envelope.body
    check_signature([given], [f"v0={hmac_hex(secret, *signed)}" for secret in secrets])
    if sent_at is None:
        raise SignatureInvalid("The time of signing must be in seconds since 1970.")
    check_age(sent_at, now, LONGEST_AGE)
    return sent_at


def stamped(headers: Headers, at: datetime) -> Headers:
    """The headers of a call with another time of signing."""
    others = [(name, value) for name, value in headers if name.decode("latin-1").lower() != STAMP]
    return [*others, (STAMP.encode(), str(int(at.timestamp())).encode())]


def _time(stamp: str | None) -> datetime | None:
    is_number = stamp is not None and stamp.isdecimal() and len(stamp) <= 11
    return datetime.fromtimestamp(int(stamp), UTC) if stamp and is_number else None


def event_id_of(envelope: Envelope) -> str | None:
    """The id of an event, else the trigger that came with a command or a press. Raises DeliveryUnreadable."""
    return _read(envelope).event_id or None


def parse(envelope: Envelope) -> Parsed:
    """Read a command; all but `log` with a kind is ignored, for it is answered and not recorded.

    Raises DeliveryUnreadable.
    """
    call = _read(envelope)
    event_id = call.event_id or None
    if call.type == "view_submission" and call.callback_id == forms.LOG:
        command = _filled_in(call)
    elif call.kind == "command":
        command = commands.parse(call.text)
    else:
        return Parsed(event_id, ignored="Only /assembly log counts.")
    if command.verb != "log" or not command.kind:
        return Parsed(event_id, ignored="Only /assembly log with a kind counts.")
    at = _time(envelope.unsigned(STAMP))
    if at is None or not call.user_id or not (command.link or call.view_id or call.trigger_id):
        raise DeliveryUnreadable("It doesn’t say who logs this, or when.")
    author = Author((call.user_id,), name=call.user_name or None)
    key = commands.key_of(command.link) if command.link else call.view_id or call.trigger_id
    work = Work(command.kind, key, at, author, url=command.link or None, note=command.note or None)
    return Parsed(event_id, (work,))


def _filled_in(call: Call) -> Command:
    """The log that a form says, as if it had been typed."""
    kind, link = call.fields.get("kind", ""), call.fields.get("link", "")
    known = kind if kind in commands.KINDS.values() else ""
    tidied = commands.tidy_link(link) if forms.is_link(link) else ""
    return Command("log", known, tidied, call.fields.get("note", "")[: commands.LONGEST_NOTE])


def _read(envelope: Envelope) -> Call:
    try:
        return calls.read(envelope.body)
    except CallUnreadable as unreadable:
        raise DeliveryUnreadable(str(unreadable)) from None


def example(work: Example, secret: str) -> Envelope:
    """A logged issue, at the time of signing: Slack tells no other one."""
    fields = {
        "team_id": "T1DC2JH3J", "api_app_id": "A0ASSEMBLY", "user_id": work.author_id, "user_name": work.login,
        "command": "/assembly", "text": f"log issue https://example.com/issues/{work.number}",
        "trigger_id": work.delivery,
    }  # fmt: skip
    body, stamp = urlencode(fields).encode(), str(int(work.sent_at.timestamp()))
    signature = f"v0={hmac_hex(secret, f'v0:{stamp}:'.encode(), body)}"
    return envelope(body, x_slack_request_timestamp=stamp, x_slack_signature=signature)
