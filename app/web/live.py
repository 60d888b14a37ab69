"""Live updates: rendered once per change, the same bytes for every viewer, no queue for any of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, cast

from starlette import types
from starlette.responses import Response

from app.domain.who import Scope
from app.errors import Problem, Unavailable
from app.outages import BUSY
from app.waiting import Bulkhead
from app.web.board_cache import BoardCache
from app.web.boards import Served
from app.web.desk import Credential, Desk
from app.web.fanout import Channel, Viewer
from app.web.wire import Wire, wire_in

SHORTEST_GAP = 0.25
QUIET_GAP = 0.03  # after news that changed nothing: news comes twice, and the next change need not wait for that
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 1.0
STUCK_SECONDS = 30.0
IDLE_SECONDS = 60.0
RENDER_SECONDS = 5.0

View = Callable[[Served], bytes]


class Key(NamedTuple):
    """Which stream: a week's slug, whether for the public, and the view that turns its board into one message.

    Somebody known must be allowed what it `needs` for as long as the stream lasts.
    """

    slug: str
    is_public: bool
    view: View
    needs: Scope = "read"

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


class Streams:
    """Every open stream of this process."""

    def __init__(self, boards: BoardCache, desk: Desk, *, most: int, most_per_address: int) -> None:
        self._boards, self._desk = boards, desk
        self._most, self._most_per_address = most, most_per_address
        self._channels: dict[Key, Channel] = {}
        self._addresses: Counter[str] = Counter()
        self._rendering = asyncio.Lock()
        self._threads = Bulkhead("reading", threads=2, seconds=RENDER_SECONDS, sentence=BUSY)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closing = False

    async def open(self, key: Key, address: str, credential: Credential | None) -> "EventStream":
        """A stream of this week's board. Raises WeekUnknown, or Unavailable where there are too many streams."""
        channel = await self._current(key)
        if self._is_full(address):
            raise Unavailable("There are too many live streams right now. The page tries again by itself.")
        return EventStream(self, channel, address, credential, key.needs)

    def ready(self, key: Key, served: Served, address: str, credential: Credential | None) -> "EventStream | None":
        """A stream that needs no work before it starts, if there is one and a place for it."""
        channel = self._channels.get(key)
        if channel is None or channel.mark != served.mark or not channel.viewers or self._is_full(address):
            return None
        return EventStream(self, channel, address, credential, key.needs)

    def _is_full(self, address: str) -> bool:
        return (
            self.is_closing or self.viewers >= self._most or self._addresses.get(address, 0) >= self._most_per_address
        )

    async def _current(self, key: Key) -> Channel:
        """The channel of this key, with the newest message in it; one at a time, so that no older one comes after."""
        async with self._rendering:
            served = await self._board(key)
            channel = self._channels.setdefault(key, Channel())
            channel.asked_at = asyncio.get_running_loop().time()
            mark = key.mark(served)
            if channel.mark != mark:
                channel.take(mark, await self._threads.run(key.view, served))
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
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for viewer in self._everybody():
            viewer.end()

    def _everybody(self) -> list[Viewer]:
        return [viewer for channel in self._channels.values() for viewer in channel.viewers]

    async def run(self) -> None:
        """Publish boards as they change, at most four times a second; look after heartbeats and viewers."""
        self._loop = asyncio.get_running_loop()
        last_beat = last_check = self._loop.time()
        while True:
            await self._boards.news(timeout=1.0)
            is_news = await self._boards.refresh()
            is_news |= await self._publish()
            now = self._loop.time()
            if now - last_beat >= HEARTBEAT_SECONDS:
                last_beat = now
                await self._keep_alive()
            if now - last_check >= RECHECK_SECONDS:
                last_check = now
                await self._end_lost()
            await asyncio.sleep(SHORTEST_GAP if is_news else QUIET_GAP)

    async def _publish(self) -> bool:
        """Send what is new; whether there was anything new."""
        is_news = False
        for key, channel in list(self._channels.items()):
            if channel.viewers:
                mark = channel.mark
                with suppress(Problem):
                    await self._current(key)
                is_news |= channel.mark != mark
                await channel.hand_out()
            elif asyncio.get_running_loop().time() - channel.asked_at > IDLE_SECONDS:
                del self._channels[key]
        return is_news

    async def _keep_alive(self) -> None:
        for channel in list(self._channels.values()):
            await channel.keep_alive()

    async def _end_lost(self) -> None:
        """End the streams of viewers that stopped reading, and of those who may not any more."""
        for viewer in self._everybody():
            if viewer.is_stuck(STUCK_SECONDS) or (not await self._still_counts(viewer)):
                viewer.end()

    async def _still_counts(self, viewer: Viewer) -> bool:
        if viewer.credential is None:
            return True
        try:
            return (await self._desk.check(viewer.credential)).may(viewer.needs)
        except Unavailable:
            return True
        except Problem:
            return False


class EventStream(Response):
    """Server-sent events: the whole state at once, then again after every change, always the newest.

    Where the connection cannot be written to, and while the server stops, it is the state alone; readers ask again.
    """

    media_type = "text/event-stream"

    def __init__(
        self, streams: Streams, channel: Channel, address: str, credential: Credential | None, needs: Scope
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self.raw_headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        self._streams, self._channel = streams, channel
        self._address, self._credential, self._needs = address, credential, needs

    async def __call__(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        """Send until the viewer leaves, is dropped, or the server stops."""
        wire, rest = wire_in(scope), b""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if wire is None or self._streams.is_closing:
            rest = self._channel.body
        else:
            await self._watch(wire, receive)
        await send({"type": "http.response.body", "body": rest})

    async def _watch(self, wire: Wire, receive: types.Receive) -> None:
        """Be a viewer; what there is to send is sent by the channel. Returns when the stream is over."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        viewer = Viewer(self._address, self._credential, self._needs, wire, task)
        try:
            with self._streams.seat(self._channel, viewer):
                viewer.give(self._channel)
                while (await receive())["type"] != "http.disconnect":
                    pass
        except asyncio.CancelledError:
            if not viewer.is_over:
                raise
            task.uncancel()
