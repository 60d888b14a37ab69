"""Live updates: rendered once per change, the same bytes for every viewer, no queue for any of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import Problem, Unavailable
from app.web.boards import BoardKeeper, Served
from app.web.desk import Credential, Desk

SHORTEST_GAP = 0.25
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 2.0
STUCK_SECONDS = 30.0
IDLE_SECONDS = 60.0
HEARTBEAT = b": still here\n\n"

View = Callable[[Served], bytes]


class Key(NamedTuple):
    """Which stream: a week's slug, whether for the public, and the view that turns its board into one message."""

    slug: str
    is_public: bool
    view: View

    def mark(self, served: Served) -> str:
        """Differs whenever the message of this board may differ; a view that shows more than the board has its own."""
        own: Callable[[Served], str] | None = getattr(self.view, "mark", None)
        return own(served) if own else served.mark


def event(version: int, data: bytes, name: str = "") -> bytes:
    """One server-sent event; every line of the data becomes a line of its own, so that none can start a field."""
    head = b"id: %d\n" % version + (b"event: %b\n" % name.encode() if name else b"")
    return head + b"".join(b"data: " + line + b"\n" for line in data.splitlines()) + b"\n"


def board_json(served: Served) -> bytes:
    """The leaderboard as the API's stream sends it."""
    return event(served.board.version, served.json.body, "board")


def board_html(served: Served) -> bytes:
    """The moving part of the board's page, unnamed so that htmx swaps it in."""
    return event(served.board.version, served.partial.body)


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches; `busy_since` is when the send that still lasts began, 0 between sends."""

    address: str
    credential: Credential | None
    task: "asyncio.Task[None] | None" = None
    busy_since: float = 0.0
    is_over: bool = False

    def drop(self) -> None:
        """Stop sending at once, in the middle of a send if need be."""
        self.is_over = True
        if self.task is not None:
            self.task.cancel()


class Channel:
    """One stream: its newest message, and a bell that rings when there is a new one."""

    def __init__(self) -> None:
        self.mark = ""
        self.message = b""
        self.serial = 0
        self.beat = 0
        self.asked_at = 0.0
        self.viewers: set[Viewer] = set()
        self.bell = asyncio.Event()

    def take(self, mark: str, message: bytes) -> None:
        """Make this the newest message, as of the board with this mark; wake everybody if it says anything new."""
        self.mark = mark
        if message != self.message:
            self.message = message
            self.serial += 1
            self.ring()

    def ring(self) -> None:
        """Wake every viewer; each looks for itself whether there is something new."""
        self.bell.set()
        self.bell.clear()


class Streams:
    """Every open stream of this process."""

    def __init__(self, boards: BoardKeeper, desk: Desk, *, most: int, most_per_address: int) -> None:
        self._boards, self._desk = boards, desk
        self._most, self._most_per_address = most, most_per_address
        self._channels: dict[Key, Channel] = {}
        self._addresses: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closing = False

    async def open(self, key: Key, address: str, credential: Credential | None) -> "EventStream":
        """A stream of this week's board. Raises WeekUnknown, or Unavailable where there are too many streams."""
        channel = await self._current(key)
        if self._is_full(address):
            raise Unavailable("There are too many live streams right now. The page tries again by itself.")
        return EventStream(self, channel, Viewer(address, credential))

    def ready(self, key: Key, served: Served, address: str, credential: Credential | None) -> "EventStream | None":
        """A stream that needs no work before it starts, if there is one and a place for it."""
        channel = self._channels.get(key)
        if channel is None or channel.mark != served.mark or not channel.viewers or self._is_full(address):
            return None
        return EventStream(self, channel, Viewer(address, credential))

    def _is_full(self, address: str) -> bool:
        return (
            self.is_closing or self.viewers >= self._most or self._addresses.get(address, 0) >= self._most_per_address
        )

    async def _current(self, key: Key) -> Channel:
        """The channel of this key, with the newest message in it."""
        served = await self._board(key)
        channel = self._channels.setdefault(key, Channel())
        channel.asked_at = asyncio.get_running_loop().time()
        mark = key.mark(served)
        if channel.mark != mark:
            channel.take(mark, await run_in_threadpool(key.view, served))
        return channel

    async def _board(self, key: Key) -> Served:
        return await (self._boards.public(key.slug) if key.is_public else self._boards.organizers(key.slug))

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return self._addresses.total()

    @contextmanager
    def seat(self, channel: Channel, viewer: Viewer) -> Iterator[None]:
        """Count a viewer in for as long as the block lasts."""
        self._addresses[viewer.address] += 1
        channel.viewers.add(viewer)
        try:
            yield
        finally:
            channel.viewers.discard(viewer)
            self._addresses[viewer.address] -= 1
            if not self._addresses[viewer.address]:
                del self._addresses[viewer.address]

    def close(self) -> None:
        """Tell every stream to end now; safe to call from any thread and from a signal handler."""
        self.is_closing = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ring_all)

    def _ring_all(self) -> None:
        for channel in self._channels.values():
            channel.ring()

    async def run(self) -> None:
        """Publish boards as they change, at most four times a second; look after heartbeats and viewers."""
        self._loop = asyncio.get_running_loop()
        last_beat = last_check = self._loop.time()
        while True:
            await self._boards.news(timeout=1.0)
            await self._boards.refresh()
            await self._publish_changed()
            now = self._loop.time()
            if now - last_beat >= HEARTBEAT_SECONDS:
                last_beat = now
                self._beat()
            if now - last_check >= RECHECK_SECONDS:
                last_check = now
                await self._drop_lost(now)
            await asyncio.sleep(SHORTEST_GAP)

    async def _publish_changed(self) -> None:
        for key, channel in list(self._channels.items()):
            if channel.viewers:
                with suppress(Problem):
                    await self._current(key)
            elif asyncio.get_running_loop().time() - channel.asked_at > IDLE_SECONDS:
                del self._channels[key]

    def _beat(self) -> None:
        for channel in self._channels.values():
            channel.beat += 1
            channel.ring()

    async def _drop_lost(self, now: float) -> None:
        """End the streams of viewers that stopped reading, and of tokens that no longer count."""
        for channel in list(self._channels.values()):
            for viewer in list(channel.viewers):
                if viewer.busy_since and now - viewer.busy_since > STUCK_SECONDS:
                    viewer.drop()
                elif viewer.credential and not await self._still_counts(viewer.credential):
                    viewer.is_over = True
                    channel.ring()

    async def _still_counts(self, credential: Credential) -> bool:
        try:
            return (await self._desk.check(credential)).may("read")
        except Unavailable:
            return True
        except Problem:
            return False


class EventStream(Response):
    """Server-sent events: the whole state at once, then again after every change, always the newest."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, channel: Channel, viewer: Viewer) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self.raw_headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        self._streams, self._channel, self._viewer = streams, channel, viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the viewer leaves, is dropped, or the server stops."""
        self._viewer.task = asyncio.current_task()
        watching = asyncio.create_task(self._watch(receive))
        try:
            with self._streams.seat(self._channel, self._viewer):
                await self._send_all(send)
        except asyncio.CancelledError:
            if not self._viewer.is_over:
                raise
        finally:
            watching.cancel()

    async def _watch(self, receive: Receive) -> None:
        """Servers drop what is sent to who has left without a word, so the leaving has to be waited for."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._viewer.drop()

    async def _send_all(self, send: Send) -> None:
        channel, viewer, clock = self._channel, self._viewer, asyncio.get_running_loop().time
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        seen, beat = -1, channel.beat
        while not (self._streams.is_closing or viewer.is_over):
            if seen != channel.serial:
                seen, beat, body = channel.serial, channel.beat, channel.message
            elif beat != channel.beat:
                beat, body = channel.beat, HEARTBEAT
            else:
                await channel.bell.wait()
                continue
            viewer.busy_since = clock()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            viewer.busy_since = 0.0
        await send({"type": "http.response.body", "body": b""})
