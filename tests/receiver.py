"""A real HTTP server in this process that takes what it is sent, and answers as a test wishes."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Receiver:
    """A server's port, what it was sent, and how it answers: with pieces of bytes, one by one, then it hangs up."""

    port: int
    received: list[Received] = field(default_factory=list)
    respond: Callable[[Received], Iterable[bytes]] = field(default=lambda received: [OK])
    connections: int = 0

    @property
    def url(self) -> str:
        """An address of this server."""
        return f"http://127.0.0.1:{self.port}/hooks"


@contextmanager
def receiver(host: str = "127.0.0.1", port: int = 0, certificate: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A running server; each connection has a thread and carries one request."""
    with socket.create_server((host, port)) as listening:
        server = Receiver(listening.getsockname()[1])
        threading.Thread(target=_accept, args=(listening, server, certificate), daemon=True).start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, server: Receiver, certificate: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            server.connections += 1
            threading.Thread(target=_serve, args=(connection, server, certificate), daemon=True).start()


def _serve(connection: socket.socket, server: Receiver, certificate: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection:
        secured = certificate.wrap_socket(connection, server_side=True) if certificate else connection
        with secured, secured.makefile("rb") as stream:
            request_line = stream.readline().decode()
            headers = {}
            while line := stream.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", "0")))
            method, target, _ = request_line.split(" ")
            received = Received(method, target, headers, body)
            server.received.append(received)
            for piece in server.respond(received):
                secured.sendall(piece)
