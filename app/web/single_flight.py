"""One run at a time, and whoever asks meanwhile shares the next one."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Generic, TypeVar

from app.waiting import begin_job

Result = TypeVar("Result")


class SingleFlight(Generic[Result]):
    """Runs a coroutine function in a task of its own, never twice at once; it must not raise.

    A run that began before somebody asked may know less than they do: they share the next one.
    """

    def __init__(self, run: Callable[[], Coroutine[Any, Any, Result]]) -> None:
        self._run = run
        self._current: asyncio.Task[Result] | None = None
        self._next: asyncio.Task[Result] | None = None

    @property
    def is_running(self) -> bool:
        """Whether somebody who asks would have to wait for another run first."""
        return self._current is not None and not self._current.done()

    def ask(self) -> "asyncio.Task[Result]":
        """Have a run that begins after this call; cancel nobody's but your own waiting for it."""
        if self._next is not None:
            return self._next
        if self._current is None or self._current.done():
            self._current = asyncio.create_task(self._run(), context=_of_nobody())
            return self._current
        self._next = asyncio.create_task(self._after(self._current), context=_of_nobody())
        return self._next

    async def _after(self, current: "asyncio.Task[Result]") -> Result:
        await asyncio.wait({current})
        self._current, self._next = self._next, None
        return await self._run()


def _of_nobody() -> Context:
    """A context of no request: many share a run, and the deadline of whoever asked first must not cut it short."""
    context = Context()
    context.run(begin_job)
    return context
