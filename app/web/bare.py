"""Answers that are written to a connection itself, where there is no request yet or no more of it to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import Scope

from app.web import problems
from app.web.edge import common_headers, dress

_NOWHERE: Scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": []}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status with a sentence."""

    status: int
    title: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


NO_HTTP = Refusal(400, "Not to be read", "This is no request in HTTP/1.1.")
TOO_MANY_AHEAD = Refusal(
    400, "Too many requests at once", "Wait for answers before you send more requests on the same connection."
)
LATE_HEAD = Refusal(408, "Too slow", "The headers of the request did not arrive in time. Send it again.")
LATE_BODY = Refusal(
    408, "Too slow", "The rest of the request did not arrive in time, so nothing was recorded. Send it again."
)
LONG_HEAD = Refusal(431, "Headers too long", "The address and the headers are too long. Send fewer or shorter ones.")
CROWDED = Refusal(
    503, "Try again in a moment", "This server has as many connections as it can hold.", {"Retry-After": "2"}
)


def written(refusal: Refusal, scope: Scope | None) -> bytes:
    """A whole answer as HTTP/1.1, in the form that the reader of this request understands; the connection ends."""
    if scope is None:
        response = problems.document(refusal.status, refusal.title, refusal.detail, headers=refusal.headers)
    else:
        response = problems.answer(
            Request(scope), refusal.status, refusal.title, refusal.detail, headers=refusal.headers
        )
    headers = [*dress(scope or _NOWHERE, response.raw_headers, common_headers()), (b"connection", b"close")]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    body = bytes(response.body) if scope is None or scope["method"] != "HEAD" else b""
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (refusal.status, HTTPStatus(refusal.status).phrase.encode(), lines, body)
