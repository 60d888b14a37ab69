"""One socket of Slack: each call that comes over it is answered, and acknowledged after its commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from app import bulkheads
from app.domain.slack import envelopes
from app.domain.slack.envelopes import Message
from app.errors import Problem
from app.integrations.slack.client import SlackUnreachable
from app.integrations.slack.socket import SlackSocket

Answer = Callable[[bytes], Awaitable[bytes]]
"""Answers the body of a call, once it is committed. Raises Problem for one that Slack is to send again."""

AT_ONCE: Final = 20
"""Calls of a socket under way; the next ones wait at Slack."""
GREETED_SECONDS: Final = 10.0
CALL_SECONDS: Final = 10.0
STOP_SECONDS: Final = 3.0
SILENT: Final = "Slack opened a socket, and said nothing."

logger = logging.getLogger(__name__)


class Line:
    """A socket that is listened to until it is closed. `over` is set once another one has to be opened."""

    def __init__(self, socket: SlackSocket, answer: Answer, silence: float) -> None:
        self.over = asyncio.Event()
        self.lasted = 0.0
        self._socket, self._answer, self._silence = socket, answer, silence
        self._greeted = asyncio.Event()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._began = asyncio.get_running_loop().time()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]

    async def greeted(self) -> None:
        """Wait until Slack says that calls may come. Raises SlackUnreachable."""
        ends = [asyncio.create_task(each.wait()) for each in (self._greeted, self.over)]
        try:
            await asyncio.wait(ends, timeout=GREETED_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ends:
                each.cancel()
        if not self._greeted.is_set():
            raise SlackUnreachable(SILENT, was_sent=False)

    async def close(self) -> None:
        """Answer what came, for a few seconds, and close the socket."""
        self._end()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
        for task in (*self._under_way, *self._tasks):
            task.cancel()
        await self._socket.close()

    def _end(self) -> None:
        if not self.over.is_set():
            self.lasted = asyncio.get_running_loop().time() - self._began
            self.over.set()

    async def _listen(self) -> None:
        try:
            async for text in self._socket.messages():
                message = envelopes.read(text)
                if message.kind == "hello":
                    self._greeted.set()
                elif message.kind == "disconnect":
                    self._end()
                elif message.kind == "call":
                    await self._places.acquire()
                    task = asyncio.create_task(self._take(message))
                    self._under_way.add(task)
                    task.add_done_callback(self._done)
        finally:
            self._end()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._places.release()

    async def _watch(self) -> None:
        """End a socket over which nothing came for too long: a dead one looks like a quiet one."""
        while (left := self._silence - self._socket.silent_for()) > 0:
            await asyncio.sleep(left)
        self._end()

    async def _take(self, message: Message) -> None:
        """Answer a call and acknowledge it; what fails isn't acknowledged, so that Slack sends it again."""
        bulkheads.begin_request()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer = await self._answer(message.body)
                shown = answer if message.takes_answer else b""
                await self._socket.send(envelopes.acknowledged(message.envelope_id, shown))
        except TimeoutError:
            logger.warning("a call over a socket of Slack took too long")
        except Problem as problem:
            logger.warning("a call over a socket of Slack was not taken: %s", problem.detail)
        except Exception:
            logger.exception("a call over a socket of Slack failed")
