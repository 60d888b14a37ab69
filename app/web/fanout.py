"""One message for any number of viewers: no queue and no task for each, and nobody waits for a slow one."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.domain.actor import Scope
from app.web.credential_cache import Credential
from app.web.wire import Wire, chunk

_AT_ONCE = 100  # viewers served before other requests get their turn, and what was written leaves the house
_STILL_HERE = chunk(b": still here\n\n")


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches: a connection, the task that answers on it, and the number of the message it has."""

    network: str
    credential: Credential | None
    needs: Scope | None
    wire: Wire
    task: "asyncio.Task[None]"
    has: int = 0
    written_at: float = 0.0
    is_over: bool = False

    def try_send(self, channel: "StreamChannel") -> bool:
        """Send the newest message to who has not got it; False for who is still taking something older."""
        if self.has == channel.serial:
            return True
        if self.wire.get_write_buffer_size():
            return False
        self.send(channel)
        return True

    def send(self, channel: "StreamChannel") -> None:
        """Send the newest message."""
        self.has = channel.serial
        self._write(channel.chunk)

    def keep_alive(self) -> None:
        """Send a comment, so that nobody between closes a quiet connection."""
        if not self.wire.get_write_buffer_size():
            self._write(_STILL_HERE)

    def _write(self, data: bytes) -> None:
        if not self.wire.is_closing():
            self.written_at = time.monotonic()
            self.wire.write(data)

    def is_stuck(self, seconds: float) -> bool:
        """Tell whether it has not taken in so long what was sent to it."""
        return self.wire.get_write_buffer_size() > 0 and time.monotonic() - self.written_at > seconds

    def end(self) -> None:
        """End the stream: in good form for who has taken everything, else at once."""
        if self.is_over:
            return
        self.is_over = True
        if self.wire.get_write_buffer_size():
            self.wire.abort()
        self.task.cancel()


class StreamChannel:
    """A topic's newest message, and everybody who is to have it: the latest value wins (conflation; ADR 7).

    A viewer who is behind skips to the newest message; nothing is queued for anybody.
    """

    def __init__(self) -> None:
        self.version_key = ""
        self.body = b""
        self.chunk = b""
        self.serial = 0
        self.asked_at = 0.0
        self.viewers: set[Viewer] = set()
        self._all_have_it = True

    def put(self, version_key: str, body: bytes) -> None:
        """Make this the newest message, of the board with this key, if it says anything new."""
        self.version_key = version_key
        if body != self.body:
            self.body, self.chunk = body, chunk(body)
            self.serial += 1
            self._all_have_it = False

    async def broadcast(self) -> None:
        """Send the newest message to everybody; who is still busy with an older one gets it, or a newer, next time."""
        if self._all_have_it:
            return
        self._all_have_it = True
        async for viewers in self._by_turns():
            for viewer in viewers:
                if not viewer.try_send(self):
                    self._all_have_it = False

    async def keep_alive(self) -> None:
        """Let everybody's connection know that we are still here."""
        async for viewers in self._by_turns():
            for viewer in viewers:
                viewer.keep_alive()

    async def _by_turns(self) -> AsyncIterator[list[Viewer]]:
        everybody = list(self.viewers)
        for start in range(0, len(everybody), _AT_ONCE):
            yield everybody[start : start + _AT_ONCE]
            await asyncio.sleep(0)
