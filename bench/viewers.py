"""A crowd of viewers in a process of its own: raw sockets, one epoll, and the moment each update came in."""

import gc
import multiprocessing
import re
import resource
import select
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

JOIN_SECONDS = 60.0
LAST_SECONDS = 15.0

_BATCH = 100
_PER_ADDRESS = 400  # under the shipped limit of streams from one address
_MAX_BYTES = 65_536
_ENDS = (b"\n\n", b"\n\n\r\n", b"\r\n\r\n\r\n")  # of an event: bare, in a chunk, in a chunk with CRLF lines
_VERSION = re.compile(rb'"version": ?(\d+)')


class Stream(NamedTuple):
    """The address of a server's stream; each message has a `"version": N` in its data."""

    port: int
    path: str


@dataclass(slots=True, eq=False)
class _Viewer:
    """One connection; `rest` is the beginning of an event whose end has not come yet."""

    plug: socket.socket
    stream: Stream
    version: int = 0
    rest: bytes = b""


class Crowd:
    """The parent's side: tells the crowd's process what to do, one thing at a time."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe

    def join(self, stream: Stream, more: int) -> int:
        """Let so many more viewers watch; returns how many have the state within JOIN_SECONDS."""
        return int(self._ask("join", stream, more))

    def size(self, stream: Stream) -> int:
        """The number of viewers now."""
        return int(self._ask("size", stream))

    def arrivals(self, stream: Stream, version: int) -> list[float]:
        """Sorted moments (`time.monotonic`) at which viewers had this version or a newer one, up to LAST_SECONDS."""
        found: list[float] = self._ask("arrivals", stream, version)
        return found

    def leave(self, stream: Stream) -> None:
        """Close every connection to this server."""
        self._ask("leave", stream)

    def _ask(self, *question: object) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()


@contextmanager
def crowd() -> Iterator[Crowd]:
    """A crowd of nobody yet; every connection is gone when the block ends."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=attend, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Crowd(ours)
    finally:
        ours.close()
        process.join(5)
        process.kill()


def allow_sockets() -> int:
    """Let this process and those it starts open as many sockets as the system lets it; how many that are."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def attend(pipe: "Connection[Any, Any]") -> None:
    """Be the crowd until the parent closes the pipe."""
    allow_sockets()
    gc.disable()
    seats = _Seats(pipe)
    while True:
        seats.look(1.0)
        if pipe.poll():
            try:
                verb, *what = pipe.recv()
            except EOFError:
                return
            pipe.send(getattr(seats, verb)(*what))


class _Seats:
    """The crowd's side: every connection, and when each update came in on it."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._poll = select.epoll()
        self._poll.register(pipe.fileno(), select.EPOLLIN)
        self._viewers: dict[int, _Viewer] = {}
        self._arrivals: defaultdict[tuple[Stream, int], list[float]] = defaultdict(list)

    def join(self, stream: Stream, more: int) -> int:
        until = time.monotonic() + JOIN_SECONDS
        while more > 0 and time.monotonic() < until:
            for _ in range(min(_BATCH, more)):
                self._connect(stream)
            more -= _BATCH
            while time.monotonic() < until and not all(viewer.version for viewer in self._of(stream)):
                self.look(0.05)
        return sum(1 for viewer in self._of(stream) if viewer.version)

    def arrivals(self, stream: Stream, version: int) -> list[float]:
        until = time.monotonic() + LAST_SECONDS
        everybody = len(self._of(stream))
        while len(self._arrivals[stream, version]) < everybody and time.monotonic() < until:
            self.look(0.05)
        return sorted(self._arrivals.pop((stream, version)))

    def size(self, stream: Stream) -> int:
        return len(self._of(stream))

    def leave(self, stream: Stream) -> None:
        for viewer in self._of(stream):
            self._drop(viewer)

    def look(self, seconds: float) -> None:
        """Read what has come, waiting at most so long for the first of it."""
        for number, _ in self._poll.poll(seconds):
            viewer = self._viewers.get(number)
            if viewer is not None:
                self._read(viewer)

    def _of(self, stream: Stream) -> list[_Viewer]:
        return [viewer for viewer in self._viewers.values() if viewer.stream == stream]

    def _connect(self, stream: Stream) -> None:
        source = f"127.0.0.{2 + len(self._viewers) // _PER_ADDRESS}"
        plug = socket.create_connection(("127.0.0.1", stream.port), timeout=5, source_address=(source, 0))
        plug.sendall(f"GET {stream.path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        plug.setblocking(False)
        self._viewers[plug.fileno()] = _Viewer(plug, stream)
        self._poll.register(plug.fileno(), select.EPOLLIN)

    def _read(self, viewer: _Viewer) -> None:
        try:
            data = viewer.rest + viewer.plug.recv(_MAX_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            data = viewer.rest
        if data == viewer.rest:
            self._drop(viewer)
        elif data.endswith(_ENDS):
            viewer.rest = b""
            self._note(viewer, data)
        else:
            viewer.rest = data

    def _note(self, viewer: _Viewer, data: bytes) -> None:
        """A version that was skipped came with the newer one that did come."""
        now = time.monotonic()
        for found in _VERSION.findall(data):
            version = int(found)
            for number in range(viewer.version + 1 if viewer.version else version, version + 1):
                self._arrivals[viewer.stream, number].append(now)
            viewer.version = version

    def _drop(self, viewer: _Viewer) -> None:
        self._poll.unregister(viewer.plug.fileno())
        del self._viewers[viewer.plug.fileno()]
        viewer.plug.close()
