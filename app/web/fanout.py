"""One message for any number of viewers: no queue and no task for each, and nobody waits for a slow one."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Send

HEARTBEAT = b": still here\n\n"

_AT_ONCE = 100  # viewers served before other requests get their turn, and what was written leaves the house


def _chunk(body: bytes, *, is_last: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": not is_last}


_STILL_HERE, _THE_END = _chunk(HEARTBEAT), _chunk(b"", is_last=True)


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches, for as long as there is a `send`; `busy_since` is when a send began that still lasts."""

    address: str
    token: str | None
    task: "asyncio.Task[None] | None" = None
    send: Send | None = None
    busy_since: float = 0.0
    is_over: bool = False
    _turn: int = 0
    _seen: int = 0

    async def catch_up(self, channel: "Channel") -> None:
        """Send the newest message, then what is newer by then; nothing while an earlier send to this viewer lasts."""
        if self.busy_since:
            return
        while self._turn != channel.turn and (send := self.send) is not None:
            self._turn = channel.turn
            self.busy_since = time.monotonic()
            await send(self._owed(channel))
        self.busy_since = 0.0

    def _owed(self, channel: "Channel") -> Message:
        if channel.is_closed or self.is_over:
            self.send = None
            return _THE_END
        if self._seen == channel.serial:
            return _STILL_HERE
        self._seen = channel.serial
        return channel.message

    def drop(self) -> None:
        """Stop sending at once, in the middle of a send if need be."""
        self.is_over = True
        self.send = None
        if self.task is not None:
            self.task.cancel()


class Channel:
    """One stream: its newest message, and everybody who is to have it."""

    def __init__(self) -> None:
        self.mark = ""
        self.body = b""
        self.message = _chunk(b"")
        self.serial = 0
        self.turn = 0
        self.asked_at = 0.0
        self.is_closed = False
        self.viewers: set[Viewer] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, mark: str, body: bytes) -> None:
        """Make this the newest message, as of the board with this mark; if it says anything new, everybody gets it."""
        self.mark = mark
        if body != self.body:
            self.body, self.message = body, _chunk(body)
            self.serial += 1
            self.hand_out()

    def close(self) -> None:
        """End every stream."""
        self.is_closed = True
        self.hand_out()

    def hand_out(self) -> None:
        """Send to everybody, and return before that is done: the newest message, or a comment to who has it."""
        self.turn += 1
        self._start(self._serve_all())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_all(self) -> None:
        """Whoever does not take a message at once keeps their own task waiting; the next one goes on without them."""
        waiting = list(self.viewers)
        while waiting:
            self._start(self._serve_some(waiting))
            await asyncio.sleep(0)

    async def _serve_some(self, waiting: list[Viewer]) -> None:
        for _ in range(_AT_ONCE):
            if not waiting:
                return
            await waiting.pop().catch_up(self)
