"""A client of the proxies that sends what it likes, when it likes."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from tests.deploy.proxies import HOST, TLS, Proxy

SILENCE = 0
"""The status where the connection ended without an answer."""


@dataclass(frozen=True)
class Answer:
    """An answer, and the seconds it took."""

    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes
    seconds: float


@contextmanager
def connected(proxy: Proxy, patience: float = 60) -> Iterator[socket.socket]:
    """A connection to a proxy, over TLS where it speaks that."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=patience) as connection:
        if not proxy.is_https:
            yield connection
            return
        with TLS.wrap_socket(connection, server_hostname=HOST) as secured:
            yield secured


def head(method: str, path: str, *headers: str) -> bytes:
    """The beginning of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers, "", ""]).encode()


def chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces as a chunked body."""
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def send(connection: socket.socket, pieces: Iterable[bytes], pause: float = 0.0) -> None:
    """Send pieces with pauses between them, for as long as somebody takes them."""
    with suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)


def receive(connection: socket.socket, begun: float) -> Answer:
    """Read one answer."""
    response = HTTPResponse(connection)
    try:
        response.begin()
        body = response.read()
    except (OSError, HTTPException):
        return Answer(SILENCE, "", {}, b"", time.monotonic() - begun)
    headers = {name.lower(): value for name, value in response.getheaders()}
    media_type = headers.get("content-type", "").partition(";")[0]
    return Answer(response.status, media_type, headers, body, time.monotonic() - begun)


def ask(proxy: Proxy, pieces: Iterable[bytes], pause: float = 0.0) -> Answer:
    """The answer to these pieces, read when all are sent or nobody takes any more.

    By one thread: two of them, one reading and one writing, break the TLS of Python.
    """
    begun = time.monotonic()
    with connected(proxy) as connection:
        send(connection, pieces, pause)
        return receive(connection, begun)
