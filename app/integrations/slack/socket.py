"""A socket to Slack (Socket Mode): one address, checked as every one we call, bounded messages, no redirects."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from app.domain.slack import envelopes
from app.integrations.outbound import AddressRefused, Outbound, Unreachable
from app.integrations.slack.client import API_URL, SlackUnreachable

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 1.0
QUEUED = 4
"""Messages that wait to be read; more stay at Slack."""
ELSEWHERE = "Slack named an address for the socket that isn’t its own."
NO_SOCKET = "Slack opens no socket."


class _Heard(ClientConnection):
    """A connection that knows when it last heard anything: messages and pings alike."""

    heard_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        self.heard_at = self.loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Note that something came, and take it."""
        self.heard_at = self.loop.time()
        super().data_received(data)


class SlackSocket:
    """An open socket."""

    def __init__(self, connection: _Heard) -> None:
        self._connection = connection

    def silent_for(self) -> float:
        """The seconds since anything came, pings too."""
        return asyncio.get_running_loop().time() - self._connection.heard_at

    async def messages(self) -> AsyncIterator[str | bytes]:
        """The messages as they come, until the socket is closed, by whomever and for whatever reason."""
        try:
            async for message in self._connection:
                yield message
        except ConnectionClosed:
            return

    async def send(self, text: str) -> None:
        """Send a text; what can't be sent any more comes again over the next socket."""
        try:
            await self._connection.send(text)
        except ConnectionClosed:
            return

    async def close(self) -> None:
        """Close it, in a second at most."""
        await self._connection.close()


class SocketOpener:
    """Opens sockets of one Slack: the real one, or whatever an operator put in its place."""

    def __init__(self, api_url: str = API_URL) -> None:
        self._api_url = api_url
        self._outbound = Outbound(allow_private=api_url not in {API_URL, API_URL.rstrip("/")}, timeout=OPEN_SECONDS)

    def connect(self, url: str) -> socket.socket:
        """Connect to the host of an address that Slack named, in a thread. Raises SlackUnreachable."""
        if not envelopes.is_address(url, self._api_url):
            raise SlackUnreachable(ELSEWHERE, was_sent=False)
        try:
            return self._outbound.connect(url.replace("ws", "http", 1))
        except (AddressRefused, Unreachable) as problem:
            raise SlackUnreachable(problem.detail, was_sent=False) from problem

    async def open(self, url: str, sock: socket.socket) -> SlackSocket:
        """Shake hands over a connection that was made, so that no redirect is followed. Raises SlackUnreachable."""
        parts = urlsplit(url)
        secured: dict[str, Any] = {"ssl": _certificates(), "server_hostname": parts.hostname}
        secured = secured if parts.scheme == "wss" else {}
        try:
            connection = await connect(
                url, sock=sock, create_connection=_Heard, compression=None, proxy=None,
                user_agent_header="assembly-week",
                open_timeout=OPEN_SECONDS, close_timeout=CLOSE_SECONDS, ping_interval=None,
                max_size=envelopes.LARGEST, max_queue=QUEUED, **secured,
            )  # fmt: skip
        except (OSError, TimeoutError, ValueError, WebSocketException) as error:
            raise SlackUnreachable(NO_SOCKET, was_sent=False) from error
        return SlackSocket(cast("_Heard", connection))


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
