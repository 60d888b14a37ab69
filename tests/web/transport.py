"""A connection to a server of this machine, as httpx asks for one, with a parser that is not written in Python."""

import select
import socket
from collections.abc import Iterator

import httpx
from httptools import HttpParserError, HttpResponseParser

MAX_READ = 65_536  # bytes at a time


class PlainTransport(httpx.BaseTransport):
    """Asks over connections that are kept, with a fraction of the CPU of httpx's own: tests send 100,000 requests."""

    def __init__(self) -> None:
        self._idle: list[socket.socket] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and wait for the head of its answer. Raises httpx's own errors."""
        seconds = request.extensions.get("timeout", {})
        connection = self._connection(request.url, seconds.get("connect"))
        connection.settimeout(seconds.get("read"))
        answer = _Answer(connection, self._idle, is_head=request.method == "HEAD")
        try:
            answer.may_stay = _send(connection, request)
            answer.wait_for_head()
        except BaseException:
            connection.close()
            raise
        return httpx.Response(answer.status, headers=answer.headers, stream=answer)

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self, url: httpx.URL, seconds: float | None) -> socket.socket:
        """A connection that is kept and still open, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            waiting = select.poll()
            waiting.register(connection, select.POLLIN)
            if not waiting.poll(0):  # nothing to be read: neither an end nor a word too many
                return connection
            connection.close()
        try:
            connection = socket.create_connection((url.host, url.port or 80), seconds)
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _send(connection: socket.socket, request: httpx.Request) -> bool:
    """Send a request; False where the server would not hear the end of it, and has answered already."""
    lines = [b"%b: %b\r\n" % header for header in request.headers.raw]
    head = b"%b %b HTTP/1.1\r\n%b\r\n" % (request.method.encode(), request.url.raw_path, b"".join(lines))
    assert isinstance(request.stream, httpx.SyncByteStream)
    is_chunked = "transfer-encoding" in request.headers
    try:
        if not is_chunked:
            connection.sendall(head + b"".join(request.stream))
            return True
        connection.sendall(head)
        for part in filter(None, request.stream):
            connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        connection.sendall(b"0\r\n\r\n")
    except OSError:
        return False
    return True


class _Answer(httpx.SyncByteStream):
    """One answer as it comes in; the parser calls what begins with `on_`."""

    def __init__(self, connection: socket.socket, idle: list[socket.socket], *, is_head: bool) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.may_stay = False
        self._connection = connection
        self._idle = idle
        self._is_head = is_head
        self._has_begun = self._has_ended = False
        self._parts: list[bytes] = []
        self._parser = HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note that the head is there."""
        self.status = self._parser.get_status_code()
        if self.status >= 200:
            self._has_begun, self._has_ended = True, self._is_head
        else:
            self.headers = []  # there is another one to come

    def on_body(self, part: bytes) -> None:
        """Note a part of the body."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Note that this is all."""
        self._has_ended = self._has_begun

    def wait_for_head(self) -> None:
        """Read until the head is there."""
        while not self._has_begun:
            self._read()

    def __iter__(self) -> Iterator[bytes]:
        """Each part of the body when it comes."""
        while self._parts or not self._has_ended:
            if self._parts:
                yield self._parts.pop(0)
            else:
                self._read()

    def close(self) -> None:
        """Keep the connection where the answer was read to its end, and both sides want to."""
        stays = self.may_stay and (b"connection", b"close") not in self.headers
        if stays and self._has_ended and self._connection.fileno() >= 0:
            self._idle.append(self._connection)
        else:
            self._connection.close()

    def _read(self) -> None:
        try:
            data = self._connection.recv(MAX_READ)
            if data:
                self._parser.feed_data(data)
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        except HttpParserError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        if not data and not self._has_ended:
            self._end_early()

    def _end_early(self) -> None:
        """The end of the connection is that of an answer which says nothing of its length, and else too early."""
        self.may_stay = False
        if not self._has_begun or {name for name, _ in self.headers} & {b"content-length", b"transfer-encoding"}:
            raise httpx.RemoteProtocolError("The server ended the connection in the middle of an answer.")
        self._has_ended = True
