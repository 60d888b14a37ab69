"""Bulkheads: whatever is slow is waited for in threads of its own, few of them, and not for ever."""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar, TypeVarTuple
from weakref import WeakSet

from prometheus_client import Counter

from app.errors import Busy

LEAST_SECONDS = 0.5  # what is left to somebody whose turn came at the last moment
PLACE_SHARE = 0.9  # of the time there is: who gets a thread then needs the rest

Kind = Literal["writing", "reading", "mail", "provider", "webhooks", "backfill", "backup", "slack"]
T = TypeVar("T")
Args = TypeVarTuple("Args")

refused = Counter("assembly_week_waits_refused_total", "Requests that no thread was free for in time", ["kind"])


@dataclass(slots=True)
class _Request:
    """The waits of one request so far: from its first write on, one deadline is shared by all of them."""

    until: float | None = None


@dataclass(slots=True)
class Permit:
    """Leave to wait for one kind of thing, in a thread that is there for it.

    It lasts until a moment (`time.monotonic`). For work that takes long by its nature (`long`) that is when it must
    have started; then each of its waits may last the bulkhead's `long_seconds`.
    """

    bulkhead: "Bulkhead"
    until: float
    long: bool = False
    has_started: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of thing that may be waited for."""
        return self.bulkhead.kind

    def ends(self, begun: float) -> float:
        """Return when a wait that began at `begun` is over; later than that, or the last to come would be unheard."""
        until = begun + self.bulkhead.long_seconds if self.long and self.has_started else self.until
        return max(begun + LEAST_SECONDS, min(until, self.bulkhead.stops_at))

    def remaining(self) -> float:
        """Return the seconds for which a wait that begins now may last."""
        now = time.monotonic()
        return self.ends(now) - now


_every: "WeakSet[Bulkhead]" = WeakSet()
_permit: ContextVar[Permit | None] = ContextVar("permit")
_request: ContextVar[_Request | None] = ContextVar("request", default=None)


def stop_within(seconds: float) -> None:
    """Let nothing in this process wait for longer than this, for it is to end; safe in a signal handler."""
    for bulkhead in list(_every):
        bulkhead.stop_within(seconds)


def begin_request() -> None:
    """Let this context be that of one request: from now on it waits in bulkheads only."""
    _permit.set(None)
    _request.set(_Request())


def begin_job() -> None:
    """Let this context be that of a job beside the requests: from now on it waits in bulkheads only."""
    _permit.set(None)
    _request.set(None)


def is_request() -> bool:
    """Return whether this is done for a request, whose sender waits for it."""
    return _request.get() is not None


def permit_for(*kinds: Kind) -> Permit | None:
    """Return the permit of this thread, None outside of a server, where there is nobody to keep waiting.

    Raises RuntimeError in a server, in a thread that is not there for these kinds: it would keep others waiting.
    """
    try:
        permit = _permit.get()
    except LookupError:
        return None
    if permit is None or permit.kind not in kinds:
        raise RuntimeError(f"{' or '.join(kinds)} outside of its bulkhead: use Bulkhead.run")
    return permit


class Bulkhead:
    """Threads for one kind of waiting, so that what hangs there takes no thread from anything else (ADR 11).

    At most `threads` wait at once, and nobody waits for one of them longer than `seconds`, within which the work is to
    be done as well: it sees what is left in its `Permit`.
    """

    def __init__(self, kind: Kind, *, threads: int, seconds: float, sentence: str, long_seconds: float = 30.0) -> None:
        self.kind = kind
        self.threads = threads
        self.long_seconds = long_seconds
        self.stops_at = math.inf
        self._seconds = seconds
        self._sentence = sentence
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=kind)
        self._free = asyncio.Semaphore(threads)
        self._loop: asyncio.AbstractEventLoop | None = None
        _every.add(self)

    async def run(
        self,
        function: Callable[[*Args], T],
        *args: *Args,
        long: bool = False,
        wait: float | None = None,
        until: float | None = None,
    ) -> T:
        """Call `function` in one of these threads. Raises Busy where none is free in time, and what it raises.

        `long` work has to start in time and may then take as long as it takes. Work that is not worth waiting for waits
        `wait` seconds for a thread at most. A caller that is cancelled leaves its thread at work, and the place is free
        only when that has ended. `until` is for work that waited elsewhere before.
        """
        loop = asyncio.get_running_loop()
        permit = Permit(self, until or self._deadline(time.monotonic(), long), long)
        semaphore = await self._take_place(loop, wait or self._seconds, permit.until)
        outcome: asyncio.Future[T] = loop.create_future()
        self._submit(copy_context(), permit, partial(function, *args), partial(_settle, outcome, semaphore))
        return await outcome

    def start(self, work: Callable[[], T], then: Callable[[Future[T]], None], *, until: float) -> None:
        """Call `work` in one of these threads as a request does, and `then` in the loop with what has become of it.

        For one who never has more under way than there are threads: nobody else may wait in this bulkhead.
        """
        context = Context()
        context.run(begin_request)
        self._submit(context, Permit(self, until), work, then)

    def _submit(
        self, context: Context, permit: Permit, work: Callable[[], T], then: Callable[[Future[T]], None]
    ) -> None:
        context.run(_permit.set, permit)
        future = self._executor.submit(context.run, work)
        future.add_done_callback(partial(_hand_over, asyncio.get_running_loop(), then))

    def deadline(self) -> float:
        """Return the moment until which this request may wait from now on, for work that waits elsewhere first."""
        return self._deadline(time.monotonic(), long=False)

    def drain(self) -> None:
        """Wait until no thread is at work any more; what has not begun is given up."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix=self.kind)

    def stop_within(self, seconds: float) -> None:
        """Let nothing wait here for longer than this."""
        self.stops_at = time.monotonic() + seconds

    def _deadline(self, now: float, long: bool) -> float:
        """The work's deadline: one moment for all that a request does from its first write on."""
        until = now + self._seconds
        request = _request.get()
        if request is None:
            return until
        if self.kind not in {"writing", "reading"}:
            request.until = None  # what comes after somebody else's answer begins anew
            return until
        if request.until is not None:
            until = min(until, max(request.until, now + LEAST_SECONDS))
        if long:
            request.until = None  # and so does what comes after that
        elif self.kind == "writing":
            request.until = until
        return until

    async def _take_place(self, loop: asyncio.AbstractEventLoop, seconds: float, until: float) -> asyncio.Semaphore:
        if self._loop is not loop:
            self._loop, self._free = loop, asyncio.Semaphore(self.threads)
        semaphore = self._free
        if not semaphore.locked():
            await semaphore.acquire()
            return semaphore
        try:
            async with asyncio.timeout(PLACE_SHARE * min(seconds, until - time.monotonic())):
                await semaphore.acquire()
        except TimeoutError:
            refused.labels(self.kind).inc()
            raise Busy(self._sentence) from None
        return semaphore


def _hand_over(loop: asyncio.AbstractEventLoop, settle: Callable[[Future[T]], None], work: Future[T]) -> None:
    """Let the loop settle what a thread has done; where it is closed nobody waits any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(settle, work)


def _settle(outcome: "asyncio.Future[T]", semaphore: asyncio.Semaphore, work: Future[T]) -> None:
    """Free the place, and tell whoever still waits.

    `run_in_executor` and `shield` do the same with two futures and two more turns of the loop, which every request
    would wait for.
    """
    semaphore.release()
    if outcome.done():
        return
    if work.cancelled():
        outcome.cancel()
    elif (error := work.exception()) is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(work.result())
