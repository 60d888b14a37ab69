"""One message for any number of viewers: no queue and no task for each, and nobody waits for a slow one."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.domain.actor import Scope
from app.domain.credential import Credential
from app.live import gzip_blocks
from app.live.fragments import Position
from app.live.messages import NOTHING, Message, Reading, Whole
from app.live.transport import Transport, chunk

_AT_ONCE = 100  # viewers served before other requests get their turn, and what was written leaves the house
_COMMENT = b": still here\n\n"
_STILL_HERE = (chunk(_COMMENT), chunk(gzip_blocks.block(_COMMENT)))  # as it is, as gzip


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches: a connection, the task that answers on it, and how far they have read."""

    network: str
    credential: Credential | None
    needs: Scope | None
    wire: Transport
    task: "asyncio.Task[None]"
    reading: Reading = NOTHING
    written_at: float = 0.0
    is_over: bool = False

    def try_send(self, channel: "StreamChannel") -> bool:
        """Send the newest to who has not got it; False for who is still taking something older, or has to wait."""
        if self.reading.has == channel.position:
            return True
        if self.wire.get_write_buffer_size():
            return False
        return self.send(channel)

    def send(self, channel: "StreamChannel") -> bool:
        """Send what there is since the message it has, or all of it; False where that has to be made first."""
        data = channel.chunk(self.reading)
        if data is not None:
            self.reading = channel.newest[self.reading.is_gzip]
            self._write(data)
        return data is not None

    def keep_alive(self) -> None:
        """Send a comment, so that nobody between closes a quiet connection."""
        if not self.wire.get_write_buffer_size():
            self._write(_STILL_HERE[self.reading.is_gzip])

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

    Who is behind gets what has changed since, once for all who are as far behind, or the whole; nothing is queued.
    """

    def __init__(self) -> None:
        self.version_key = ""
        self.message: Message | None = None
        self.asked_at = 0.0
        self.viewers: set[Viewer] = set()
        self.newest = (Reading(), Reading(is_gzip=True))  # of who has everything, as it is and as gzip
        self._unmade: set[Reading] = set()
        self._chunks: dict[Reading, bytes] = {}
        self._all_have_it = True

    @property
    def position(self) -> Position | None:
        """The position of a viewer who has the newest message; None before the first."""
        return self.message.position if self.message is not None else None

    @property
    def readings(self) -> set[Reading]:
        """The positions that the viewers have reached."""
        return {viewer.reading for viewer in self.viewers}

    @property
    def unmade(self) -> set[Reading]:
        """The readings of those who wait for the whole of the newest message, which was not made or not packed."""
        return {reading for reading in self._unmade if self.message is not None and self.message.ready(reading) is None}

    def put(self, version_key: str, message: Message) -> None:
        """Make this the newest message, of the state with this key, if it says anything new."""
        self.version_key = version_key
        if message.position != self.position:
            self.message, self._chunks, self._unmade = message, {}, set()
            self.newest = (Reading(message.position), Reading(message.position, is_gzip=True))
            self._all_have_it = False

    def numbered(self, body: bytes) -> Message:
        """Return bytes as a message, with the next number; the newest message where it says the same."""
        newest = self.message
        if newest is not None and newest.whole == body:
            return newest
        return Whole(body, newest.position.version + 1 if newest is not None else 1)

    def body(self, reading: Reading) -> bytes | None:
        """Return what somebody who has read so far is sent; None where that is the whole, which is not ready."""
        body = self.message.ready(reading) if self.message is not None else None
        if body is None:
            self._unmade.add(reading)
        return body

    def chunk(self, reading: Reading) -> bytes | None:
        """Return the same as part of a chunked answer, made once for all who have read as far."""
        if (data := self._chunks.get(reading)) is None and (body := self.body(reading)) is not None:
            everything = Reading(is_gzip=reading.is_gzip)
            is_whole = self.message is not None and body is self.message.ready(everything)
            # Whoever needs the whole gets the same bytes, wherever they are.
            data = self._chunks.setdefault(everything, chunk(body)) if is_whole else chunk(body)
            self._chunks[reading] = data
        return data

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
