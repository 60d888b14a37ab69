"""The wire to the provider: https, no redirects, one deadline for everything, answers of a limited size."""

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from time import monotonic
from typing import Any, Protocol
from urllib.parse import SplitResult, urlencode, urlsplit

from app.integrations.oidc.refusals import away, failed

STEP_SECONDS = 4.0  # for each of connecting, sending and every piece of an answer
SECONDS = 8.0  # for all of it: somebody sits before a blank page
LARGEST = 256 * 1024  # bytes; discovery documents and key sets have some 10 kB
_CHUNK = 16 * 1024
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_SLOW = "it takes too long"


class ClientAuthentication(Protocol):
    """Authlib's way of adding a client's credentials to a request."""

    def prepare(self, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]: ...  # noqa: D102 (see the class)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON object; the names are those that Authlib reads."""

    status_code: int
    document: dict[str, Any]

    def json(self) -> dict[str, Any]:
        """The object."""
        return self.document


class Session:
    """The HTTP session that Authlib posts through."""

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuthentication) -> Answer:
        """Post a form with the client's credentials. Raises ProviderAway or SignInFailed."""
        url, prepared, body = auth.prepare("POST", url, {**headers, **_FORM}, urlencode(data))
        return _ask("POST", url, prepared, body)


def fetch(url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address. Raises ProviderAway or SignInFailed."""
    answer = _ask("GET", url, headers or {}, None)
    if answer.status_code != 200:
        raise failed("the provider refused to tell us what we need", answer.status_code)
    return answer.document


def _ask(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    deadline = monotonic() + SECONDS
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "assembly-week", **headers}
    try:
        with _connected(urlsplit(url), deadline) as connection:
            connection.request(method, _target(url), body, sent)
            with connection.getresponse() as response:
                content = _read(response)
    except TimeoutError:
        raise away(_SLOW) from None
    except (OSError, HTTPException, ValueError) as error:
        raise away(_SLOW if monotonic() >= deadline else "it can’t be reached", error) from error
    if monotonic() >= deadline:
        raise away(_SLOW)
    return _understand(response.status, content)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@contextmanager
def _connected(parts: SplitResult, deadline: float) -> Iterator[HTTPConnection]:
    """A connection that is cut at the deadline, however slowly bytes arrive until then."""
    connection = _connection(parts)
    try:
        connection.connect()
        timer = Timer(max(0.0, deadline - monotonic()), _cut, [connection.sock])
        timer.daemon = True
        timer.start()
        try:
            yield connection
        finally:
            timer.cancel()
    finally:
        connection.close()


def _connection(parts: SplitResult) -> HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=STEP_SECONDS, context=_certificates())
    return HTTPConnection(host, parts.port, timeout=STEP_SECONDS)


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _read(response: HTTPResponse) -> bytes:
    content = bytearray()
    while chunk := response.read(_CHUNK):
        content += chunk
        if len(content) > LARGEST:
            raise failed("the provider's answer is too large")
    return bytes(content)


def _understand(status: int, content: bytes) -> Answer:
    if status == 429 or status >= 500:
        raise away("it is in trouble or busy", status)
    if not (status == 200 or 400 <= status < 500):
        raise failed("the provider sent us elsewhere, where we don’t go", status)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise failed("the provider's answer makes no sense", status)
    return Answer(status, document)
