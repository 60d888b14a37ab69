"""Answers that are written to a connection itself, where there is no request yet or no more of it to come."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.types import Scope

from app.errors import Busy, HeadTooLarge, Problem, TooSlow, Unreadable
from app.web.http import problems, request_ids
from app.web.http.edge import common_headers, dress

_NOWHERE: Scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": []}

NO_HTTP = Unreadable("This isn’t a request in HTTP/1.1.")
TOO_MANY_AHEAD = Unreadable("Wait for answers before you send more requests on the same connection.")
LATE_HEAD = TooSlow("The headers of the request didn’t arrive in time. Send it again.")
LATE_BODY = TooSlow("The rest of the request didn’t arrive in time, so nothing was recorded. Send it again.")
LONG_HEAD = HeadTooLarge("The address and the headers are too long. Send fewer or shorter ones.")
CROWDED = Busy("This server has as many connections as it can hold.")


def written(problem: Problem, scope: Scope | None, request_id: str) -> bytes:
    """A whole answer as HTTP/1.1, in the form that the reader of this request understands; the connection ends."""
    with request_ids.bound(request_id):
        response = problems.document(problem) if scope is None else problems.refusal(Request(scope), problem)
    dressed = dress(scope or _NOWHERE, response.raw_headers, common_headers(), request_id)
    headers = [*dressed, (b"connection", b"close")]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    body = bytes(response.body) if scope is None or scope["method"] != "HEAD" else b""
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (problem.status, HTTPStatus(problem.status).phrase.encode(), lines, body)
