"""Sockets to Slack: where they may lead, what secures them, and what comes over them from a server that means harm."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from app.domain.slack import envelopes
from app.integrations.slack import socket as slack_socket
from app.integrations.slack.client import API_URL, SlackUnreachable
from app.integrations.slack.socket import SlackSocket, SocketOpener
from app.jobs.slack_line import Line
from tests.integrations.test_outbound import certified, resolver

API = "http://127.0.0.1:1/api/"
SECURED = "https://slack.example.com/api/"
HELLO = '{"type": "hello"}'
CALL = '{"type": "slash_commands", "envelope_id": "e1", "payload": {"command": "/assembly"}}'


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("wss://wss-primary.slack.com/link/?ticket=1", True), ("wss://slack.com/link", True),
        ("ws://wss-primary.slack.com/link", False), ("https://slack.com/link", False), ("", False),
        ("wss://slack.com.evil.example/", False), ("wss://evilslack.com/", False), ("wss://evil.example/", False),
        ("wss://slack.com@evil.example/", False), ("wss://a@slack.com/", False), ("wss://[::1/", False),
        ("wss://slack.com:0/", False), ("wss://slack.com:99999/", False), ("wss:///link", False),
        ("wss://slack.com/\r\nHost: x", False), ("wss://släck.com/", False), ("wss://127.0.0.1/", False),
    ],
)  # fmt: skip
def test_sockets_lead_to_slack_alone(url: str, is_own: bool) -> None:
    assert envelopes.is_address(url, API_URL) == is_own
    if not is_own:
        with pytest.raises(SlackUnreachable, match="isn’t its own"):
            SocketOpener().connect(url)


def test_socket_to_slack_leads_into_no_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["127.0.0.1"])

    with pytest.raises(SlackUnreachable) as refused:
        SocketOpener().connect("wss://wss-primary.slack.com/link")

    assert not refused.value.was_sent


@contextmanager
def server(handle: Callable[[ServerConnection], None], **more: Any) -> Iterator[int]:
    """A server of sockets on some port."""
    with serve(handle, "127.0.0.1", 0, ping_interval=None, **more) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found.socket.getsockname()[1]
        found.shutdown()


@asynccontextmanager
async def opened(url: str, api_url: str = API) -> AsyncIterator[SlackSocket]:
    """A socket there."""
    opener = SocketOpener(api_url)
    found = await opener.open(url, await asyncio.to_thread(opener.connect, url))
    try:
        yield found
    finally:
        await found.close()


@pytest.mark.parametrize(
    ("name", "is_trusted"), [("slack.example.com", True), ("other.example.com", True), ("slack.example.com", False)]
)
def test_certificate_of_a_socket_is_verified_against_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, is_trusted: bool
) -> None:
    resolver(monkeypatch, ["127.0.0.1"])
    certificate = certified(tmp_path, name)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    async def hear(port: int) -> list[str | bytes]:
        async with opened(f"wss://slack.example.com:{port}/link", SECURED) as found:
            return [message async for message in found.messages()]

    slack_socket._certificates.cache_clear()
    try:
        with server(lambda connection: connection.send(HELLO), ssl=certificate) as port:
            if is_trusted and name == "slack.example.com":
                assert asyncio.run(hear(port)) == [HELLO]
            else:
                with pytest.raises(SlackUnreachable, match="opens no socket"):
                    asyncio.run(hear(port))
    finally:
        slack_socket._certificates.cache_clear()


def test_redirect_of_a_socket_is_not_followed() -> None:
    asked: list[str] = []

    def redirect(_: ServerConnection, request: Request) -> Response:
        asked.append(request.path)
        return Response(HTTPStatus.FOUND, "Found", Headers(Location="/elsewhere"))

    async def open_() -> None:
        async with opened(f"ws://127.0.0.1:{port}/link"):
            pass

    with server(lambda _: None, process_request=redirect) as port, pytest.raises(SlackUnreachable):
        asyncio.run(open_())

    assert asked == ["/link"]


def test_line_takes_nothing_odd_and_ends_where_a_message_is_too_large() -> None:
    heard: list[bytes] = []
    acknowledged: list[str | bytes] = []
    odd: list[str | bytes] = [
        "", "no", "[]", "[" * 100_000, b"\xff\xfe", '{"type": 1}', CALL.replace('"e1"', "7"),
        CALL.replace("e1", "e" * 201), CALL.replace('{"command": "/assembly"}', '"x"'),
    ]  # fmt: skip

    def say(connection: ServerConnection) -> None:
        for text in [*odd, HELLO, CALL]:
            connection.send(text)
        acknowledged.append(connection.recv(10))
        connection.send("x" * (envelopes.LARGEST + 1))
        connection.recv(10)  # it is closed at the other end

    async def answer(body: bytes) -> bytes:
        heard.append(body)
        return b""

    async def listen(port: int) -> None:
        async with opened(f"ws://127.0.0.1:{port}/link") as found:
            line = Line(found, answer, silence=60)
            await line.greeted()
            async with asyncio.timeout(20):
                await line.over.wait()
            await line.close()

    with server(say) as port:
        asyncio.run(listen(port))

    assert heard == [b"command=%2Fassembly"]
    assert acknowledged == ['{"envelope_id": "e1"}']


def test_pings_are_answered_and_break_the_silence() -> None:
    may_ping, was_answered = threading.Event(), threading.Event()

    def ping(connection: ServerConnection) -> None:
        may_ping.wait(10)
        if connection.ping().wait(10):
            was_answered.set()

    async def listen(port: int) -> tuple[float, float]:
        async with opened(f"ws://127.0.0.1:{port}/link") as found:
            before = found._connection.heard_at
            may_ping.set()
            await asyncio.to_thread(was_answered.wait, 10)
            return before, found._connection.heard_at

    with server(ping) as port:
        before, after = asyncio.run(listen(port))

    assert was_answered.is_set()
    assert after > before
