"""One run at a time, and whoever asks meanwhile shares the next one."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from app.bulkheads import begin_job

Result = TypeVar("Result")

_END_SECONDS = 5.0  # as every wait for the database lasts; a run that ignores it is left behind
_runs: "WeakSet[asyncio.Task[Any]]" = WeakSet()


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
        """True if somebody who asks would have to wait for another run first."""
        return self._current is not None and not self._current.done()

    def ask(self) -> "asyncio.Task[Result]":
        """Have a run that begins after this call; cancel nobody's but your own waiting for it."""
        if self._next is not None:
            return self._next
        if self._current is None or self._current.done():
            self._current = _begin(self._run())
            return self._current
        self._next = _begin(self._after(self._current))
        return self._next

    async def _after(self, current: "asyncio.Task[Result]") -> Result:
        await asyncio.wait({current})
        self._current, self._next = self._next, None
        return await self._run()


async def end_all() -> None:
    """End every run of this event loop, so that what they use can be let go of; nobody waits for them any more."""
    loop = asyncio.get_running_loop()
    tasks = [task for task in list(_runs) if task.get_loop() is loop and not task.done()]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_END_SECONDS)


def _begin(run: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
    """Begin a run as no request's: many share it, and the deadline of whoever asked first must not cut it short."""
    context = Context()
    context.run(begin_job)
    task = asyncio.create_task(run, context=context)
    _runs.add(task)
    return task
