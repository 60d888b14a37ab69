"""Somebody who watches a live stream, in a test."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from queue import Queue
from typing import Any

import httpx

from tests.web.site import WEEK, Site

LIVE = f"{WEEK}/live"
Event = dict[str, str]


@contextmanager
def watching(site: Site, path: str = LIVE, **headers: str) -> Iterator["Queue[Event]"]:
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
