"""Live updates: rendered once per change, the same bytes for every viewer, no queue for any of them."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from app.bulkheads import Bulkhead
from app.domain.actor import Scope
from app.domain.credential import Credential
from app.errors import Problem, Unavailable, WeekUnknown
from app.live.channels import StreamChannel, Viewer
from app.live.messages import NOTHING, Message, Reading
from app.live.metrics import LIVE_FAILURES
from app.live.retry import Retry
from app.live.single_flight import SingleFlight
from app.live.sources import Credentials, Look, News
from app.live.timing import USUAL, Timing
from app.live.topics import Topic
from app.metrics import UPDATES

FULL = "There are too many live streams right now. The page tries again by itself."
FAILING = "This page can’t be kept up to date right now. It tries again by itself."

logger = logging.getLogger(__name__)


class _Channel(StreamChannel):
    """A topic's channel, and how it is brought up to date."""

    def __init__(self, topic: Topic, publisher: "Publisher") -> None:
        super().__init__()
        self.topic = topic
        self.refresh = SingleFlight(lambda: publisher.refresh(self))
        self.attempt = ""  # the version key a message is being made for
        self.retry = Retry()


class Subscription(NamedTuple):
    """A place at a channel for somebody who has read so far, to be taken up by their connection."""

    publisher: "Publisher"
    channel: StreamChannel
    needs: Scope | None
    network: str
    credential: Credential | None
    reading: Reading


class Publisher:
    """Every open stream of this process.

    `looks` says for each kind of topic where its state comes from. Publishing, heartbeats and revocation are jobs of
    their own, and no channel waits for another: a renderer, a look or a database that fails or hangs costs its own
    viewers news, and nobody a heartbeat. `max_streams` may be changed at any time; it counts for whoever comes next.
    """

    def __init__(
        self,
        looks: Mapping[type, Look],
        news: News,
        credentials: Credentials,
        renders: Bulkhead,
        *,
        max_streams: int,
        max_streams_per_network: int,
        timing: Timing = USUAL,
    ) -> None:
        self._looks, self._news = looks, news
        self._credentials, self._renders, self._timing = credentials, renders, timing
        self.max_streams, self._max_per_network = max_streams, max_streams_per_network
        self._channels: dict[Topic, _Channel] = {}
        self._networks: Counter[str] = Counter()
        self._upkeep = SingleFlight(self._refresh_what_is_kept)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closing = False

    async def open(
        self, topic: Topic, network: str, credential: Credential | None, reading: Reading = NOTHING
    ) -> Subscription:
        """Open a stream for somebody who has read so far.

        Raises the problem of a topic that does not exist, or Unavailable: too many streams, or nothing to show.
        """
        await self._look(topic)  # what does not exist gets no channel
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._channels[topic] = _Channel(topic, self)
        channel.asked_at = asyncio.get_running_loop().time()
        await asyncio.wait({channel.refresh.ask()}, timeout=self._timing.patience)
        if channel.message is None:
            raise Unavailable(FAILING)
        if self._is_full(network):
            raise Unavailable(FULL)
        if channel.body(reading) is None:  # the whole of many teams takes a while
            await self._renders.run(_make, channel.message, [reading])
        return Subscription(self, channel, topic.needs, network, credential, reading)

    def ready(
        self,
        topic: Topic,
        state: object,
        network: str,
        credential: Credential | None,
        reading: Reading = NOTHING,
    ) -> Subscription | None:
        """Open a stream that needs no work before it starts, if there is one of this state and a place for it."""
        channel = self._channels.get(topic)
        if channel is None or not channel.viewers or self._is_full(network):
            return None
        if channel.version_key != topic.version_key(state) or channel.chunk(reading) is None:
            return None
        return Subscription(self, channel, topic.needs, network, credential, reading)

    def _is_full(self, network: str) -> bool:
        return (
            self.is_closing
            or self.viewers >= self.max_streams
            or self._networks.get(network, 0) >= self._max_per_network
        )

    @property
    def viewers(self) -> int:
        """The number of open streams."""
        return self._networks.total()

    @property
    def topics(self) -> list[Topic]:
        """The topics that are kept up to date, watched or until lately watched."""
        return list(self._channels)

    @contextmanager
    def seat(self, channel: StreamChannel, viewer: Viewer) -> Iterator[None]:
        """Count a viewer in for as long as the block lasts."""
        self._networks[viewer.network] += 1
        channel.viewers.add(viewer)
        try:
            yield
        finally:
            channel.viewers.discard(viewer)
            self._networks[viewer.network] -= 1
            if not self._networks[viewer.network]:
                del self._networks[viewer.network]

    def close(self) -> None:
        """Tell every stream to end now; safe to call from any thread and from a signal handler."""
        self.is_closing = True
        self.end_all()

    def end_all(self) -> None:
        """End every stream that is open; who wants can come again. Safe to call from anywhere, as `close` is."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_now)

    def _end_now(self) -> None:
        for viewer in self._everybody():
            viewer.end()

    def _everybody(self) -> list[Viewer]:
        return [viewer for channel in self._channels.values() for viewer in channel.viewers]

    async def publish(self) -> None:
        """Publish what changes, at most four times a second; a job for as long as the server runs."""
        self._loop = asyncio.get_running_loop()
        timing, wait = self._timing, 1.0
        while True:
            await self._news.wait(timeout=wait)
            is_news, is_waiting = await self._publish()
            wait = timing.shortest_gap if is_waiting else self._longest_wait()
            await asyncio.sleep(timing.shortest_gap if is_news or is_waiting else timing.quiet_gap)

    def _longest_wait(self) -> float:
        """The longest wait for news: not beyond the moment when something that failed is due again."""
        now = time.monotonic()
        pauses = [channel.retry.at - now for channel in self._channels.values() if not channel.retry.is_due]
        return min([1.0, *(max(0.0, pause) for pause in pauses)])

    async def _publish(self) -> tuple[bool, bool]:
        """Bring everything that is watched up to date; whether there was anything new, and anybody still at it."""
        now = asyncio.get_running_loop().time()
        for topic, channel in list(self._channels.items()):
            if not channel.viewers and not channel.refresh.is_running and now - channel.asked_at > self._timing.idle:
                del self._channels[topic]
        watched = [channel.refresh for channel in self._channels.values() if channel.viewers]
        runs = [run.ask() for run in (self._upkeep, *watched) if not run.is_running]
        if not runs:
            return False, True
        tasks, waiting = await asyncio.wait(runs, timeout=self._timing.shortest_gap)
        return any(task.result() for task in tasks), len(waiting) > 0 or len(runs) <= len(watched)

    async def refresh(self, channel: "_Channel") -> bool:
        """Make a channel's message the newest and hand it out; whether it is new. A failure is noted, never raised."""
        position = channel.position
        if channel.retry.is_due:
            try:
                await self._render(channel)
            except WeekUnknown:
                _end(channel)
            except Exception as error:
                self._note_failure(channel, error)
            else:
                channel.retry.succeed()
        await channel.broadcast()
        return channel.position != position

    async def _render(self, channel: "_Channel") -> None:
        channel.attempt = ""
        state = await self._look(channel.topic)
        channel.attempt = key = channel.topic.version_key(state)
        if key != channel.version_key:
            begun = time.perf_counter()
            message = await self._renders.run(_render, channel, state, channel.readings)
            UPDATES.observe(time.perf_counter() - begun)
            channel.put(key, message)
        elif channel.message is not None and (unmade := channel.unmade):
            await self._renders.run(_make, channel.message, unmade)

    async def _look(self, topic: Topic) -> object:
        return await self._looks[type(topic)](topic)

    async def _refresh_what_is_kept(self) -> bool:
        """Keep ready what readers ask for, watched or not; whether any of it is new."""
        try:
            return await self._news.refresh()
        except Exception:
            logger.exception("boards could not be kept ready; who asks for one waits until it is made")
            return False

    def _note_failure(self, channel: "_Channel", error: Exception) -> None:
        """Count a failure, log it once a version, and leave the channel alone for a while, longer each time."""
        topic, timing = channel.topic, self._timing
        LIVE_FAILURES.labels(topic.name).inc()
        is_outage = isinstance(error, Unavailable)  # it ends for everybody at once: be there when it does
        most = timing.retry_first if is_outage else timing.retry_most
        if channel.retry.fail(channel.attempt, first=timing.retry_first, most=most):
            trace = None if isinstance(error, Problem) else error
            logger.error("live: %s of week %s failed: %s", topic.name, topic.slug, error, exc_info=trace)

    async def heartbeats(self) -> None:
        """Keep quiet connections open, and cut off who takes nothing; a job for as long as the server runs."""
        loop, timing = asyncio.get_running_loop(), self._timing
        beat_at = loop.time() + timing.heartbeat
        while True:
            await asyncio.sleep(min(1.0, timing.heartbeat, timing.stuck))
            for viewer in self._everybody():
                if viewer.is_stuck(timing.stuck):
                    viewer.end()
            if loop.time() >= beat_at:
                beat_at = loop.time() + timing.heartbeat
                for channel in list(self._channels.values()):
                    await channel.keep_alive()

    async def revocations(self) -> None:
        """End the streams of those who may not watch any more; a job for as long as the server runs."""
        loop, recheck = asyncio.get_running_loop(), self._timing.recheck
        confirmed_at = loop.time()
        while True:
            await self._credentials.changes(timeout=max(0.0, confirmed_at + recheck - loop.time()))
            viewers = [viewer for viewer in self._everybody() if viewer.credential is not None]
            watched = {viewer.credential for viewer in viewers if viewer.credential is not None}
            if loop.time() >= confirmed_at + recheck:
                confirmed_at = loop.time()
                await self._credentials.confirm(watched)
            else:
                await self._credentials.reconfirm(
                    [credential for credential in watched if self._credentials.holder(credential) is None]
                )
            for viewer in viewers:
                if not self._may_stay(viewer):
                    viewer.end()

    def _may_stay(self, viewer: Viewer) -> bool:
        """Tell whether the credential is valid, as far as anybody knows, and still allows what the door asked for."""
        actor = self._credentials.holder(viewer.credential) if viewer.credential is not None else None
        return actor is not None and (viewer.needs is None or actor.may(viewer.needs))


def _render(channel: _Channel, state: object, readings: Collection[Reading]) -> Message:
    """Make a channel's next message, ready for viewers who have read so far."""
    rendered = channel.topic.render(state)
    return _make(channel.numbered(rendered) if isinstance(rendered, bytes) else rendered, readings)


def _end(channel: _Channel) -> None:
    """End the streams of a week that was deleted: whoever comes again is told that it isn’t there."""
    for viewer in list(channel.viewers):
        viewer.end()


def _make(message: Message, readings: Collection[Reading]) -> Message:
    """Make the whole of a message, and compress it, where somebody who has read so far needs it."""
    for reading in readings:
        message.make(reading)
    return message
