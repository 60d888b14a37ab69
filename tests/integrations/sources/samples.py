"""A delivery of each source in the shape its tool sends, written for these tests, and the signature it comes with."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from app.integrations.sources import canny, generic, github, guru, jira, linear, zendesk
from app.integrations.sources.envelope import Envelope, hmac_base64, hmac_hex

NOW = datetime(2022, 9, 14, 8, 30, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_EPOCH = str(int(NOW.timestamp()))
Signer = Callable[[str, bytes], Mapping[str, str]]


@dataclass(frozen=True)
class Sample:
    """One delivery: how it is signed, its further headers and its body."""

    source: ModuleType
    sign: Signer
    body: Any
    headers: Mapping[str, str]

    def envelope(self, body: Any = None, *, secret: str = SECRET, **more: str) -> Envelope:
        """The delivery as it comes, with another body or further headers (`_` for `-`) where these are given."""
        raw = body if isinstance(body, bytes) else json.dumps(self.body if body is None else body).encode()
        headers = {**self.headers, **self.sign(secret, raw), **{name.replace("_", "-"): more[name] for name in more}}
        return Envelope(encoded(headers), raw)


def encoded(headers: Mapping[str, str]) -> Sequence[tuple[bytes, bytes]]:
    """Headers as a server hands them over."""
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def _sign_github(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-hub-signature-256": f"sha256={hmac_hex(secret, body)}"}


def _sign_jira(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-hub-signature": f"sha256={hmac_hex(secret, body)}"}


def _sign_linear(secret: str, body: bytes) -> Mapping[str, str]:
    return {"linear-signature": hmac_hex(secret, body)}


def _sign_canny(secret: str, body: bytes) -> Mapping[str, str]:
    nonce = "0b5c1d7e"
    signature = hmac_base64(secret, nonce.encode())
    return {"canny-nonce": nonce, "canny-signature": signature, "canny-timestamp": f"{_EPOCH}000"}


def _sign_zendesk(secret: str, body: bytes) -> Mapping[str, str]:
    at = "2022-09-14T08:30:00Z"
    return {
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-signature": hmac_base64(secret, at.encode(), body),
    }


def sign_standard(secret: str, body: bytes, at: str = _EPOCH) -> Mapping[str, str]:
    """The headers of a Standard Webhook."""
    key = generic._key(secret)
    signature = hmac_base64(key, f"msg_1.{at}.".encode(), body)
    return {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def _sign_nothing(secret: str, body: bytes) -> Mapping[str, str]:
    return {}


_TICKET = {"id": "4711", "requester_id": "900", "submitter_id": "900", "created_at": "2022-09-14T07:30:00Z"}
ZENDESK = Sample(
    zendesk,
    _sign_zendesk,
    {
        "id": "01GCX",
        "type": "zen:event-type:ticket.comment_added",
        "time": "2022-09-14T08:10:00.123456789Z",
        "detail": _TICKET,
        "event": {"comment": {"id": 555, "is_public": True, "author": {"id": "77", "is_staff": True}, "body": "Hi"}},
    },
    {},
)
MESSAGING = Sample(
    zendesk,
    _sign_zendesk,
    {
        "id": "01GCY",
        "type": "zen:event-type:messaging_ticket.message_added",
        "time": "2022-09-14T08:10:00Z",
        "detail": _TICKET,
        "event": {"actor": {"id": "77", "type": "agent"}, "message": {"id": "m-1", "body": "Hi"}},
    },
    {},
)
TRIGGER = Sample(
    zendesk,
    _sign_zendesk,
    {
        "template": "assembly-week-1",
        "ticket_id": "4711",
        "ticket_created_at": "2022-09-14T07:30:00Z",
        "comment_id": "555",
        "commented_at": "2022-09-14T08:10:00Z",
        "author_email": "ada@example.com",
    },
    {"x-zendesk-webhook-invocation-id": "inv-1"},
)
GITHUB = Sample(
    github,
    _sign_github,
    {
        "action": "opened",
        "repository": {"id": 12},
        "issue": {
            "id": 345, "created_at": "2022-09-14T08:00:00Z", "html_url": "https://example.com/i/1", "body": None,
            "user": {"id": 7, "login": "Ada", "type": "User"},
        },
    },
    {"x-github-event": "issues", "x-github-delivery": "d-1"},
)  # fmt: skip
LINEAR = Sample(
    linear,
    _sign_linear,
    {
        "type": "Issue",
        "action": "create",
        "actor": {"id": "u-1", "type": "user", "email": "ada@example.com"},
        "data": {"id": "i-1", "createdAt": "2022-09-14T08:00:00.000Z", "creatorId": "u-1"},
        "webhookTimestamp": 1_663_142_400_000,
    },
    {"linear-delivery": "d-2"},
)
JIRA = Sample(
    jira,
    _sign_jira,
    {
        "webhookEvent": "jira:issue_created",
        "timestamp": 1_663_142_400_000,
        "user": {"accountId": "a-1", "accountType": "atlassian", "active": "true"},
        "issue": {"id": "10002", "fields": {"created": "2022-09-14T02:00:00.000-0600"}},
    },
    {"x-atlassian-webhook-identifier": "w-1"},
)
CANNY = Sample(
    canny,
    _sign_canny,
    {
        "type": "post.created",
        "object": {
            "id": "p-1", "created": "2022-09-14T08:00:00.000Z", "url": "https://example.com/p/1",
            "by": None, "author": {"id": "c-9", "email": "ada@example.com"},
        },
    },
    {},
)  # fmt: skip
GURU = Sample(
    guru,
    _sign_nothing,
    {
        "id": "e-1",
        "eventType": "card-created",
        "user": "ada@example.com",
        "eventDate": "2022-09-14T08:00:00.000+0000",
        "properties": {"cardId": "card-1"},
    },
    {},
)
STANDARD = Sample(
    generic,
    sign_standard,
    {
        "kind": "issue",
        "person": "ada@example.com",
        "occurred_at": "2022-09-14T08:00:00Z",
        "source": "tracker",
        "external_id": "9",
        "subject": "T1",
        "response_seconds": 60,
        "note": "Two\nlines",
    },
    {},
)
ALL = {
    "zendesk": ZENDESK, "messaging": MESSAGING, "trigger": TRIGGER, "github": GITHUB, "linear": LINEAR, "jira": JIRA,
    "canny": CANNY, "guru": GURU, "standard": STANDARD,
}  # fmt: skip
SIGNED = {name: sample for name, sample in ALL.items() if sample is not GURU}
