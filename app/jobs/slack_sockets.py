"""Slack's sockets: one server of all holds each, under a lease in the database, and opens the next before it closes."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act
from app.errors import Problem
from app.events import ConnectionsChanged, Event
from app.integrations.slack.socket import SocketOpener
from app.jobs.slack import SlackAway, SlackJobs
from app.jobs.slack_line import Answer, Line
from app.jobs.worker import STOP_SECONDS, Postponed
from app.services.operations.secrets import SigningKey
from app.services.slack import sockets
from app.services.slack.sockets import Held
from app.services.slack.workspaces import BY_SLACK

APPS_OPEN: Final = "apps.connections.open"
REFUSED: Final = {
    "everything": "Slack doesn’t accept the app token. Make another one under Basic Information, App-Level Tokens.",
    "feature": "The app token may not connect. Make another one with the scope connections:write.",
}
OFF: Final = "Slack opens no socket for this app: {error}. Is Socket Mode on there?"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: of a lease, between looks for sockets to hold, of silence, and between tries, from first to longest."""

    lease: float = 15.0
    look: float = 2.0
    silence: float = 60.0
    first: float = 1.0
    longest: float = 60.0


class TokenRefused(Exception):
    """Slack doesn't take the app token, for good."""


@dataclass(slots=True)
class _Kept:
    """A socket that this server keeps open."""

    held: Held
    task: "asyncio.Task[None]"


class SlackSockets:
    """Holds the sockets that no other server does; what comes over them is answered by `answer`, by connection."""

    def __init__(
        self, database: Database, clock: Clock, key: SigningKey, settings: Settings,
        answer: Callable[[str, bytes], Awaitable[bytes]], timing: Timing = Timing(),
    ) -> None:  # fmt: skip
        self._database, self._clock, self._key, self._timing = database, clock, key, timing
        self._slack = SlackJobs(database, clock, key, settings.slack_api_url)
        self._opener, self._answer = SocketOpener(settings.slack_api_url), answer
        self._name = secrets.token_hex(8)
        self._kept: dict[str, _Kept] = {}
        self._wake, self._turn = asyncio.Event(), asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False
        database.subscribe(self.notify)

    def notify(self, news: Event) -> None:
        """Look at once at a connection that changed; safe to call from any thread."""
        if isinstance(news, ConnectionsChanged) and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Hold sockets until cancelled or closed; without the database for no longer than the lease lasts."""
        self._loop = asyncio.get_running_loop()
        sure_until = self._loop.time()
        try:
            while not self._is_closed:
                self._wake.clear()
                began = self._loop.time()
                try:
                    async with self._turn:
                        await self._keep(await self._hold())
                    sure_until = began + self._timing.lease
                except Problem as problem:
                    logger.warning("sockets of Slack: %s", problem.detail)
                    if self._loop.time() >= sure_until - self._timing.look:
                        await self._keep([])
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.look):
                        await self._wake.wait()
        finally:
            for kept in self._kept.values():
                kept.task.cancel()
            if self._kept:
                await asyncio.wait([kept.task for kept in self._kept.values()])

    async def close(self) -> None:
        """Close all sockets, once what came over them is answered, and let others hold them."""
        self._is_closed = True
        self._wake.set()
        with suppress(TimeoutError, Problem):
            async with asyncio.timeout(STOP_SECONDS), self._turn:
                has_held = bool(self._kept)
                await self._keep([])
                if has_held:
                    await self._database.writes.run(self._release)

    async def _hold(self) -> list[Held]:
        if self._is_closed or not await self._database.reads.run(self._is_free):
            return []
        return await self._database.writes.run(self._lease)

    def _is_free(self) -> bool:
        with self._database.reading() as session:
            return sockets.is_free(session, self._name, self._clock.real())

    def _lease(self) -> list[Held]:
        lease = timedelta(seconds=self._timing.lease)
        with self._database.unit_of_work() as session:
            return sockets.hold(session, self._key, self._name, self._clock.real(), lease)

    def _release(self) -> None:
        with self._database.unit_of_work() as session:
            sockets.release(session, self._name)

    async def _keep(self, wanted: list[Held]) -> None:
        """Keep these sockets open, and no others."""
        ids = {held.connection_id: held for held in wanted}
        over = [kept for id_, kept in self._kept.items() if ids.get(id_) != kept.held]
        for kept in over:
            self._kept.pop(kept.held.connection_id)
            kept.task.cancel()
        if over:
            await asyncio.wait([kept.task for kept in over])
        for id_, held in ids.items():
            if id_ not in self._kept and not self._is_closed:
                self._kept[id_] = _Kept(held, asyncio.create_task(self._talk(held)))

    async def _talk(self, held: Held) -> None:
        """Keep one connection's socket open until cancelled, or until its token is refused."""
        lines: list[Line] = []
        tries = 0
        try:
            while True:
                try:
                    line = await self._open(held)
                except TokenRefused as refused:
                    await self._database.writes.run(self._refused, held, str(refused))
                    return
                except (Problem, Postponed) as problem:
                    tries += 1
                    await self._fail(held, problem)
                    await asyncio.sleep(self._pause(problem, tries))
                    continue
                lines.append(line)
                await self._close(lines[:-1])
                del lines[:-1]
                await line.over.wait()
                tries = 0 if line.lasted >= self._timing.first else tries + 1
                if tries:
                    await asyncio.sleep(min(self._timing.first * 2.0 ** (tries - 1), self._timing.longest))
        finally:
            await asyncio.shield(self._close(lines))

    @staticmethod
    async def _close(lines: Sequence[Line]) -> None:
        for line in lines:
            await line.close()

    def _pause(self, problem: Exception, tries: int) -> float:
        """The seconds until the next try."""
        usual = min(self._timing.first * 2.0 ** min(tries - 1, 20), self._timing.longest)
        if isinstance(problem, Postponed):
            return max(usual, (problem.until - self._clock.real()).total_seconds())
        return usual

    async def _open(self, held: Held) -> Line:
        """Open a socket and be greeted. Raises TokenRefused, or Problem or Postponed where it is to be tried again."""
        if held.token is None:
            raise TokenRefused(sockets.UNREADABLE)
        reply = await self._slack.call_with(held.connection_id, APPS_OPEN, held.token, {}, is_awaited=True)
        if reply.verdict.scope in REFUSED:
            raise TokenRefused(REFUSED[reply.verdict.scope])
        if reply.verdict.kind != "done":
            raise SlackAway(OFF.format(error=reply.verdict.error))
        url = str(reply.document.get("url") or "")
        sock = await self._slack.threads.run(self._opener.connect, url, long=True)
        line = Line(await self._opener.open(url, sock), self._answers(held), self._timing.silence)
        try:
            await line.greeted()
            await self._database.writes.run(self._connected, held)
        except BaseException:
            await asyncio.shield(line.close())
            raise
        return line

    def _answers(self, held: Held) -> Answer:
        async def answer(body: bytes) -> bytes:
            return await self._answer(held.name, body)

        return answer

    def _connected(self, held: Held) -> None:
        with self._database.unit_of_work() as session:
            sockets.connected(session, held, self._name, self._clock.real())

    async def _fail(self, held: Held, problem: Exception) -> None:
        why = problem.detail if isinstance(problem, Problem) else "Slack wants to be left alone for a while."
        logger.warning("socket of Slack, %s: %s", held.name, why)
        with suppress(Problem):
            await self._database.writes.run(self._failed, held, why)

    def _failed(self, held: Held, why: str) -> None:
        with self._database.unit_of_work() as session:
            sockets.failed(session, held, self._name, why)

    def _refused(self, held: Held, why: str) -> None:
        with self._database.unit_of_work() as session:
            act = Act(BY_SLACK, self._clock.real())
            sockets.refused(session, held, self._name, why, act, self._clock.game())
