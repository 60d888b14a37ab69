"""Somebody who watches a live stream, in a test."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from queue import Queue
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Scope
from app.live.messages import event
from app.live.timing import USUAL
from app.web.boards import BoardSnapshot
from app.web.event_stream import EventStream
from app.web.topics import BoardTopic, Renderer
from tests.builders import SLUG
from tests.web.running_app import WEEK, RunningApp, until

LIVE = f"{WEEK}/live"
QUICK = replace(USUAL, heartbeat=0.2, recheck=0.2, trust=0.3, retry_first=0.2, retry_most=0.4, touch=0.05)
"""A server whose live parts do in tenths of seconds what takes seconds otherwise."""
TRUSTING_NOBODY = replace(USUAL, trust=0.0, touch=0.01)
"""A server that asks the database who somebody is each time, and writes at once that they were here."""
STILL = replace(USUAL, look=60, reread=60, trust=60)
"""A server on which nothing happens by itself: what is ready stays ready."""
Event = dict[str, str]


class Flood:
    """A renderer of messages of any length."""

    name = "flood"

    def __init__(self, length: int = 1) -> None:
        self._length = length

    def send(self, length: int) -> None:
        """Make the next message this long."""
        self._length = length

    def version_key(self, _served: BoardSnapshot) -> str:
        """The length says all."""
        return str(self._length)

    def __call__(self, _served: BoardSnapshot) -> bytes:
        """The message."""
        return event(1, b"x" * self._length)


def watch(site: RunningApp, path: str, renderer: Renderer, needs: Scope | None = None) -> None:
    """Let the server stream what this renderer makes of the standard week's board, at an address of its own."""
    publisher = site.app.state.context.streams

    async def stream(request: Request) -> Response:
        return EventStream(await publisher.open(BoardTopic(SLUG, "public", renderer, needs), "192.0.2.1", None))

    site.app.router.add_route(path, stream)


def first_event(site: RunningApp, path: str) -> Event:
    """The first message of a new viewer."""
    with watching(site, path) as events:
        return events.get(timeout=10)


@contextmanager
def unread(site: RunningApp, path: str) -> Iterator[socket.socket]:
    """A viewer that never reads."""
    address = httpx.URL(site.url)
    before = site.app.state.context.streams.viewers
    with socket.create_connection((address.host, address.port or 80)) as plug:
        plug.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: site.app.state.context.streams.viewers == before + 1)
        yield plug


def taken(plug: socket.socket) -> int:
    """The number of bytes that still come until the other side hangs up."""
    plug.settimeout(10)
    total = 0
    with suppress(ConnectionError):
        while data := plug.recv(1_000_000):
            total += len(data)
    return total


@contextmanager
def watching(site: RunningApp, path: str = LIVE, **headers: str) -> Iterator["Queue[Event]"]:
    """A viewer in a thread; its events come through a queue, `{}` when the stream has ended."""
    events: Queue[Event] = Queue()
    connection = HTTPConnection(httpx.URL(site.url).netloc.decode())
    connection.request("GET", path, headers=headers)
    plug = connection.sock
    answer = connection.getresponse()
    assert answer.status == 200

    def watch() -> None:
        with suppress(OSError, HTTPException, ValueError):
            for event in parsed(line.decode().rstrip("\n") for line in answer):
                events.put(event)
        events.put({})

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield events
    finally:
        with suppress(OSError):
            plug.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        answer.close()
        connection.close()


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    """Server-sent events as dictionaries; comments come as `{"comment": …}`."""
    event: Event = {}
    for line in lines:
        if line.startswith(":"):
            yield {"comment": line[1:].strip()}
        elif line:
            field, _, value = line.partition(": ")
            event[field] = f"{event[field]}\n{value}" if field in event else value
        elif event:
            yield event
            event = {}


def state(event: Event) -> dict[str, Any]:
    """The leaderboard in an event."""
    found: dict[str, Any] = json.loads(event["data"])
    return found
