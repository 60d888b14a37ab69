"""Limits of connections: sizes, seconds, their number. docs/deployment.md repeats these figures."""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

MAX_HEAD_BYTES = 32_768  # of address and headers: as nginx allows by default, and more than any browser sends
MAX_QUEUED = 8  # requests read ahead of their turn on one connection (pipelining)

_LOOK_SECONDS = 1.0  # between looks at every connection where few are idle
_LOG_SECONDS = 60.0  # between lines that say so

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """The server's time-outs for a client, in seconds.

    `idle` must be longer than the shipped proxies keep an idle connection (30 s): were it shorter, a proxy would now
    and then send a POST on a connection that is just being closed, and could only answer 502.
    """

    head: float = 10.0  # from a request's first byte to the end of its headers
    piece: float = 15.0  # between two pieces of a body
    body: float = 600.0  # for a whole body: 16 MiB at 28 kB/s
    parting: float = 30.0  # for a client that has its answer already, to read it and hang up
    idle: float = 75.0  # for the next request


class Connection(Protocol):
    """The part of a connection that Room uses."""

    transport: asyncio.Transport

    def idle_until(self) -> float | None:
        """The moment it is closed for being idle, by the loop's clock; None while something is asked or answered."""


class Room:
    """Keeps the number of connections below the limit on open files, so that the database can open its own.

    Where there is no place left, a newcomer takes that of whoever has been idle longest.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._idle: deque[Connection] = deque()
        self._looked_at = self._logged_at = -math.inf

    def has_place(self, newcomer: Connection, connections: Collection[Connection]) -> bool:
        """Tell whether the newest of these connections may stay."""
        if len(connections) <= self.most:
            return True
        now = time.monotonic()
        if now - self._logged_at >= _LOG_SECONDS:
            self._logged_at = now
            logger.warning("all %d connections are in use: idle ones are closed, or new ones refused", self.most)
        return self._close_idle() or (self._look(newcomer, connections, now) and self._close_idle())

    def _close_idle(self) -> bool:
        """Close one connection of those that were idle when we looked, and still are."""
        while self._idle:
            connection = self._idle.popleft()
            if connection.idle_until() is not None and not connection.transport.is_closing():
                connection.transport.close()
                return True
        return False

    def _look(self, newcomer: Connection, connections: Collection[Connection], now: float) -> bool:
        """Find those that are idle, the longest first. Looking at all is dear, so it is done for many newcomers."""
        if now - self._looked_at < _LOOK_SECONDS:
            return False
        waiting = [
            (until, id(connection), connection)
            for connection in connections
            if (until := connection.idle_until()) is not None
        ]
        self._idle.extend(each for _, _, each in sorted(waiting) if each is not newcomer)
        if len(self._idle) < self.most // 10:
            self._looked_at = now
        return True
