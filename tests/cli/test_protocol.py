"""Limits of a connection: heads, trailers, queues, pauses; a bare application behind the real server."""

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from app.cli.limits import MAX_QUEUED, Patience, Room
from app.cli.protocol import LimitedProtocol
from tests.web.running_app import until
from tests.web.server import ServerThread

HURRIED = Patience(head=0.4, piece=0.4, body=2.0, parting=0.5, idle=0.6)
LARGE = 400_000
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Echo:
    """An application that says how long a body was, and remembers what it was asked."""

    seconds: float = 0.0
    paths: list[str] = field(default_factory=list)
    headers: list[list[tuple[bytes, bytes]]] = field(default_factory=list)
    disconnects: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer: `/early` without reading the body, `/slow` after some time, `/watch` when the client has gone."""
        self.paths.append(scope["path"])
        self.headers.append(list(scope["headers"]))
        if scope["path"].startswith("/slow"):
            await asyncio.sleep(self.seconds)
        while scope["path"] == "/watch" and await self._read(receive) is not None:
            pass
        size = 0 if scope["path"].startswith(("/early", "/watch")) else await self._read(receive)
        if size is not None:
            body = b"x" * LARGE if scope["path"].endswith("-large") else b"%d" % size
            headers = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _read(self, receive: Receive) -> int | None:
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.disconnects += 1
                return None
            size += len(message["body"])
            if not message["more_body"]:
                return size


@contextmanager
def serving(app: Any, patience: Patience = HURRIED, room: Room | None = None) -> Iterator[int]:
    """The application behind our protocol; the port."""
    protocol = type("Hurried", (LimitedProtocol,), {"patience": patience, "room": room})
    config = uvicorn.Config(app, http=protocol, lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1)
    server = ServerThread(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.start(listener)
        try:
            yield listener.getsockname()[1]
        finally:
            server.stop()


@pytest.fixture
def echo() -> Echo:
    """A new application."""
    return Echo()


@pytest.fixture
def port(echo: Echo) -> Iterator[int]:
    """The port of a server that is in a hurry."""
    with serving(echo) as port:
        yield port


@contextmanager
def connected(port: int, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    """A connection."""
    with socket.socket() as connection:
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", port))
        yield connection


def drip(connection: socket.socket, pieces: list[bytes], pause: float) -> None:
    """Send pieces with pauses between them, until nobody takes them any more."""
    try:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
    except ConnectionError:
        pass


def rest(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection."""
    received = b""
    while data := connection.recv(65_536):
        received += data
    return received


def ask(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Everything that is answered to these bytes, sent with pauses between the pieces."""
    with connected(port) as connection:
        drip(connection, list(pieces), pause)
        return rest(connection)


def statuses(answers: bytes) -> list[bytes]:
    """The status of each answer."""
    return [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]]


def post(path: bytes = b"/", size: int = 10, *headers: bytes) -> bytes:
    """The head of a request that announces a body."""
    lines = [b"POST %b HTTP/1.1" % path, b"Host: localhost", b"Content-Length: %d" % size, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


# Heads and trailers


def test_on_header_drops_what_comes_after_the_head(echo: Echo, port: int) -> None:
    trailers = b"Authorization: Bearer x\r\nCookie: a=b\r\nHost: evil.example\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"

    answers = ask(port, CHUNKED + b"2\r\nab\r\n0\r\n" + trailers)

    assert (statuses(answers), echo.headers) == (
        [b"200"],
        [[(b"host", b"localhost"), (b"transfer-encoding", b"chunked")]],
    )


def test_on_header_counts_trailers_as_the_head(echo: Echo, port: int) -> None:
    trailers = b"".join(b"X-%d: %b\r\n" % (number, b"x" * 1_000) for number in range(40))

    answers = ask(port, CHUNKED + b"0\r\n" + trailers + b"\r\n")

    assert statuses(answers) == [b"431"]
    until(lambda: echo.disconnects == 1)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["header", "address"],
)
def test_head_that_is_too_long_is_431(port: int, request_: bytes) -> None:
    assert statuses(ask(port, request_)) == [b"431"]


def test_refusal_is_a_problem_document_with_the_headers_of_every_answer(port: int) -> None:
    head, _, body = ask(port, b"nonsense\r\n\r\n").partition(b"\r\n\r\n")

    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert json.loads(body) == {
        "type": "about:blank", "title": "Can’t read the request", "status": 400,
        "detail": "This isn’t a request in HTTP/1.1.",
        "request_id": lines[b"x-request-id"].decode(),
    }  # fmt: skip
    assert lines[b"content-type"] == b"application/problem+json"
    assert lines[b"connection"] == b"close"
    assert lines[b"x-content-type-options"] == b"nosniff"
    assert lines[b"content-security-policy"].startswith(b"default-src 'none'")


# Pipelined requests


def test_requests_ahead_of_their_turn_are_answered_in_order(echo: Echo, port: int) -> None:
    paths = [b"/slow%d" % number for number in range(MAX_QUEUED + 1)]

    answers = ask(port, b"".join(post(path, number) + b"x" * number for number, path in enumerate(paths)))

    assert [answer[-1:] for answer in answers.split(b"HTTP/1.1 ")[1:]] == [b"%d" % number for number in range(9)]
    assert echo.paths == [path.decode() for path in paths]


def test_more_requests_than_may_wait_are_refused_after_the_answers_to_the_others(echo: Echo, port: int) -> None:
    echo.seconds = 0.05

    answers = ask(port, GET.replace(b"/ ", b"/slow ") * 1_000)

    assert statuses(answers) == [b"200"] * (MAX_QUEUED + 1) + [b"400"]
    assert len(echo.paths) == MAX_QUEUED + 1


def test_connection_lost_ends_the_answer_and_drops_what_was_queued(echo: Echo, port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET.replace(b"/ ", b"/watch ") + GET)
        until(lambda: echo.paths)
        time.sleep(0.1)

    until(lambda: echo.disconnects == 1)
    assert echo.paths == ["/watch"]


def test_malformed_request_is_refused_after_the_answer_to_the_one_before(echo: Echo, port: int) -> None:
    echo.seconds = 0.2

    answers = ask(port, GET.replace(b"/ ", b"/slow ") + b"nonsense\r\n\r\n")

    assert statuses(answers) == [b"200", b"400"]


def test_malformed_body_is_refused_and_nobody_takes_it_for_whole(echo: Echo, port: int) -> None:
    answers = ask(port, CHUNKED + b"2\r\nab\r\n", b"no number\r\n", pause=0.05)

    assert statuses(answers) == [b"400"]
    until(lambda: echo.disconnects == 1)


OFFER = b"Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"


@pytest.mark.parametrize(
    ("pieces", "size"),
    [
        ([b"GET / HTTP/1.1\r\n" + OFFER + b"\r\n"], b"0"),
        ([b"POST / HTTP/1.1\r\n" + OFFER + b"Content-Length: 2\r\n\r\nab"], b"2"),
        ([b"POST / HTTP/1.1\r\n" + OFFER, b"Content-Length: 2\r\n\r\na", b"b"], b"2"),
        ([b"POST / HTTP/1.1\r\n" + OFFER + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"], b"2"),
    ],
    ids=["no body", "at once", "in pieces", "chunked"],
)
def test_offer_to_upgrade_is_ignored_and_the_body_is_read(
    port: int, pieces: list[bytes], size: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answers = ask(port, *pieces, GET.replace(b"Host", b"Connection: close\r\nHost"), pause=0.05)

    assert [answer[-1:] for answer in answers.split(b"HTTP/1.1 200 OK\r\n")[1:]] == [size, b"0"]
    assert caplog.messages == []


def test_tunnels_are_refused(echo: Echo, port: int) -> None:
    answers = ask(port, b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n")

    assert (statuses(answers), echo.paths) == ([b"400"], [])


# Pauses


@pytest.mark.parametrize("pieces", [[b"GET / HT"], [b"GET / HTTP/1.1\r\nHost: localhost\r\n"], [b"G"]])
def test_head_that_is_never_complete_is_408(echo: Echo, port: int, pieces: list[bytes]) -> None:
    begun = time.monotonic()

    answers = ask(port, *pieces)

    assert (statuses(answers), echo.paths) == ([b"408"], [])
    assert HURRIED.head <= time.monotonic() - begun < HURRIED.head + 1


def test_head_that_comes_letter_by_letter_has_no_more_time(port: int) -> None:
    begun = time.monotonic()

    answers = ask(port, *[b"%c" % letter for letter in GET], pause=0.05)

    assert statuses(answers)[:1] in ([b"408"], [])  # the reset that meets the next letter may take the answer away
    assert time.monotonic() - begun < HURRIED.head + HURRIED.parting + 1


@pytest.mark.parametrize("head", [post(), CHUNKED + b"5\r\n"], ids=["length", "chunked"])
@pytest.mark.parametrize("body", [b"", b"ab"], ids=["nothing", "a piece"])
def test_body_that_pauses_too_long_is_408_and_nobody_takes_it_for_whole(
    echo: Echo, port: int, head: bytes, body: bytes
) -> None:
    begun = time.monotonic()

    answers = ask(port, head, body)

    assert statuses(answers) == [b"408"]
    until(lambda: echo.disconnects == 1)
    assert b"so nothing was recorded" in answers
    assert HURRIED.piece <= time.monotonic() - begun < HURRIED.piece + 1


def test_body_that_keeps_the_pace_is_read_to_its_end(port: int) -> None:
    answers = ask(port, post(size=4), b"a", b"b", b"c", b"d", pause=0.2)

    assert answers.endswith(b"\r\n\r\n4")


def test_body_that_keeps_the_pace_for_ever_is_408(echo: Echo, port: int) -> None:
    begun = time.monotonic()

    with connected(port) as connection:
        sender = threading.Thread(target=drip, args=(connection, [post(size=1_000), *[b"x"] * 50], 0.1), daemon=True)
        sender.start()
        answers = rest(connection)
        seconds = time.monotonic() - begun
        sender.join()

    assert statuses(answers) == [b"408"]
    until(lambda: echo.disconnects == 1)
    assert HURRIED.body <= seconds < HURRIED.body + 1


def test_request_after_the_answer_to_one_has_a_deadline_of_its_own(echo: Echo, port: int) -> None:
    answers = ask(port, post(size=2) + b"a", b"b", post(size=2) + b"a", pause=0.25)

    assert statuses(answers) == [b"200", b"408"]


def test_late_body_that_waits_behind_a_slow_answer_is_refused_after_that_answer(echo: Echo) -> None:
    echo.seconds = 1.0
    with serving(echo, Patience(piece=0.2, body=0.4)) as port:
        answers = ask(port, GET.replace(b"/ ", b"/slow ") + post(size=5) + b"a")

    assert statuses(answers) == [b"200", b"408"]


def test_body_that_we_do_not_read_is_not_late(echo: Echo, port: int) -> None:
    echo.seconds = 1.5
    size = 3_000_000

    answers = ask(port, post(b"/slow", size) + b"x" * size)

    assert answers.endswith(b"%d" % size)


def test_body_that_waits_for_our_word_is_not_late(echo: Echo, port: int) -> None:
    echo.seconds = 1.0
    with connected(port) as connection:
        connection.sendall(post(b"/slow", 2, b"Expect: 100-continue"))
        first = connection.recv(100)
        connection.sendall(b"ab")
        answers = rest(connection)

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answers.endswith(b"\r\n\r\n2")


def test_body_cut_off_in_the_middle_is_not_taken_for_whole(echo: Echo, port: int) -> None:
    for head in (post(), CHUNKED + b"5\r\n"):
        with connected(port) as connection:
            connection.sendall(head + b"ab")

    until(lambda: echo.disconnects == 2)


# Answers before the end of the body


@pytest.mark.parametrize(
    "pieces",
    [[post(b"/early", 9)], [post(b"/early", 9), b"x" * 9], [post(b"/early", 9, b"Expect: 100-continue"), GET]],
    ids=["no body", "body later", "no body, but a request"],
)
def test_answer_before_the_end_of_a_body_ends_the_connection(port: int, pieces: list[bytes]) -> None:
    answers = ask(port, *pieces, pause=0.1)

    assert (statuses(answers), b"connection: close" in answers) == ([b"200"], True)


@pytest.mark.parametrize("pieces", [[post(size=2), b"ab"], [post(size=2) + b"a", b"b"]])
def test_answer_after_the_end_of_a_body_leaves_the_connection(port: int, pieces: list[bytes]) -> None:
    answers = ask(port, *pieces, post(b"/early", 2) + b"ab" + GET, pause=0.1)

    assert (statuses(answers), b"connection: close" in answers) == ([b"200"] * 3, False)


def test_our_word_to_go_on_leaves_the_connection(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(post(b"/", 2, b"Expect: 100-continue"))
        first = connection.recv(1_000)
        drip(connection, [b"ab", GET], 0.05)

        assert (first, statuses(rest(connection))) == (b"HTTP/1.1 100 Continue\r\n\r\n", [b"200", b"200"])


def test_answer_that_ends_the_connection_survives_a_body_that_is_still_coming(port: int) -> None:
    with connected(port, receive_buffer=4_096) as connection:
        connection.sendall(post(b"/early-large", 5_000_000))
        time.sleep(0.1)
        drip(connection, [b"x" * 100_000] * 3, 0.01)
        answer = rest(connection)

    assert len(answer.partition(b"\r\n\r\n")[2]) == LARGE


def test_rest_of_a_body_that_is_answered_already_is_read_for_a_while(port: int) -> None:
    begun = time.monotonic()
    with connected(port) as connection:
        connection.sendall(post(b"/early", 1_000_000))
        drip(connection, [b"x"] * 40, 0.1)
        seconds = time.monotonic() - begun

    assert HURRIED.parting <= seconds < HURRIED.body


# Connections that wait


@pytest.mark.parametrize("before", [b"", GET, b"\r\n"], ids=["new", "used", "blank line"])
def test_idle_connection_is_closed_without_a_word(port: int, before: bytes) -> None:
    begun = time.monotonic()

    answers = ask(port, before)

    assert statuses(answers) == ([b"200"] if before == GET else [])
    assert HURRIED.idle <= time.monotonic() - begun < HURRIED.idle + 1


def test_blank_lines_do_not_keep_an_idle_connection(port: int) -> None:
    begun = time.monotonic()

    ask(port, GET, *[b"\r\n"] * 30, pause=0.1)

    assert time.monotonic() - begun < 5


def test_idle_time_does_not_end_a_request_that_has_begun(echo: Echo) -> None:
    with serving(echo, Patience(idle=0.6)) as port:
        answers = ask(port, GET, GET[:10], GET[10:], pause=0.4)

    assert statuses(answers) == [b"200", b"200"]


def test_idle_time_does_not_end_a_long_answer(echo: Echo, port: int) -> None:
    echo.seconds = 0.2
    slow = GET.replace(b"/ ", b"/slow ")
    with connected(port) as connection:
        connection.sendall(slow + slow[:10])
        assert statuses(connection.recv(1_000)) == [b"200"]
        echo.seconds = 2 * HURRIED.idle
        connection.sendall(slow[10:])

        assert statuses(connection.recv(1_000)) == [b"200"]


def test_idle_is_longer_than_the_proxies_keep_a_connection() -> None:
    assert Patience().idle > 60


# How many


def test_room_gives_a_newcomer_the_place_of_whoever_is_idle_longest() -> None:
    with serving(Echo(), Patience(), Room(3)) as port, ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(3)]
        for connection in (idle[1], idle[0], idle[2]):
            connection.sendall(GET)
            assert statuses(connection.recv(1_000)) == [b"200"]
            time.sleep(0.02)  # its loop counts milliseconds

        newcomers = [stack.enter_context(connected(port)) for _ in range(2)]
        for newcomer in newcomers:
            newcomer.sendall(GET)
            assert statuses(newcomer.recv(1_000)) == [b"200"]
        idle[2].sendall(GET)

        assert [statuses(connection.recv(1_000)) for connection in idle] == [[], [], [b"200"]]


def test_room_refuses_a_newcomer_where_nobody_is_idle(caplog: pytest.LogCaptureFixture) -> None:
    with serving(Echo(), Patience(), Room(3)) as port, ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connected(port)).sendall(post() + b"x")
        time.sleep(0.2)

        answers = [ask(port) for _ in range(2)]

    assert [statuses(answer) for answer in answers] == [[b"503"]] * 2
    assert caplog.messages == ["all 3 connections are in use: idle ones are closed, or new ones refused"]


def test_attributes_of_a_connection_are_few_enough_to_share_their_names() -> None:
    """CPython keeps up to 30 names once for all objects of a class; a dict of its own takes 1.1 KiB more."""
    config = uvicorn.Config(Echo(), log_config=None)
    config.load()

    async def connection() -> LimitedProtocol:
        return LimitedProtocol(config, ServerState(), {})

    assert len(vars(asyncio.run(connection()))) <= 30


def test_shutdown_does_not_wait_for_who_was_refused(echo: Echo) -> None:
    with connected_to_refusal(echo, Patience(parting=20)) as stop:
        begun = time.monotonic()

        stop()

    assert time.monotonic() - begun < 0.9


@contextmanager
def connected_to_refusal(echo: Echo, patience: Patience) -> Iterator[Callable[[], None]]:
    """A client that was refused and does not hang up; what ends the server."""
    with ExitStack() as stack:
        server = stack.enter_context(ExitStack())
        port = server.enter_context(serving(echo, patience))
        connection = stack.enter_context(connected(port))
        connection.sendall(b"nonsense\r\n\r\n")
        assert statuses(connection.recv(1_000)) == [b"400"]
        yield server.close


def test_malformed_request_is_logged_with_its_address(port: int, caplog: pytest.LogCaptureFixture) -> None:
    ask(port, b"nonsense\r\n\r\n")

    assert [(record.name, record.levelno) for record in caplog.records] == [("uvicorn.error", logging.WARNING)]
    assert caplog.messages[0].startswith("127.0.0.1 sent what is no HTTP: ")
