"""Group commit: what arrives together shares one transaction, and everybody hears what became of their own."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from app.bulkheads import LEAST_SECONDS, Bulkhead
from app.db.outages import BUSY, UNCONFIRMED
from app.errors import Busy, Problem, Unavailable

SECONDS = 5.0  # as every request has for its database; then it is refused with 503
MEMORY = 64 * 1_048_576  # bytes of what waits, about: some thousands of the largest while the disk hangs
STOPPING = "The server is about to stop. Nothing was changed; try again in a moment."

ItemT = TypeVar("ItemT")
OutcomeT = TypeVar("OutcomeT")
Commit = Callable[[list[ItemT]], Sequence[OutcomeT | Exception]]
"""Commits a group in a thread, with an outcome for each. What it raises is the outcome of all, or of who caused it."""


@dataclass(slots=True, eq=False)
class _Entry(Generic[ItemT, OutcomeT]):
    """An item on its way, and what is to become of it; `expires_at` is monotonic."""

    item: ItemT
    size: int
    expires_at: float
    outcome: asyncio.Future[OutcomeT]

    def settle(self, outcome: OutcomeT | BaseException) -> None:
        """Tell whoever still waits."""
        if self.outcome.done():
            return
        if isinstance(outcome, BaseException):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class GroupCommit(Generic[ItemT, OutcomeT]):
    """Group commit: what is waiting is one transaction, so that many writers wait for the disk once, not in a row.

    Nobody waits for company: what finds nothing under way is committed at once, and whatever arrives meanwhile goes
    next, together; of one group all have the same `common` value. Everybody is answered after the commit that holds
    their item, at the latest half a second after `seconds`. Commits belong to no request, so nobody suffers when one
    is cancelled.
    """

    def __init__(
        self,
        commit: Commit[ItemT, OutcomeT],
        *,
        most: int,
        common: Callable[[ItemT], object] = lambda _: None,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self._work, self._most, self._common = commit, most, common
        self._seconds, self._memory = seconds, memory
        self._threads = Bulkhead("writing", threads=1, seconds=seconds, sentence=BUSY)
        self._waiting: deque[_Entry[ItemT, OutcomeT]] = deque()
        self._waiting_bytes = 0
        self._under_way: Sequence[_Entry[ItemT, OutcomeT]] = ()
        self._is_called = False
        self._watch: asyncio.TimerHandle | None = None
        self._closing: asyncio.Future[None] | None = None

    async def join(self, item: ItemT, size: int) -> OutcomeT:
        """Commit an item of about `size` bytes with others; its outcome, or raise that. Raises Busy or Unavailable."""
        if self._closing is not None:
            raise Unavailable(STOPPING)
        if self._waiting_bytes + size > self._memory:
            raise Busy(BUSY)
        loop = asyncio.get_running_loop()
        entry: _Entry[ItemT, OutcomeT] = _Entry(item, size, time.monotonic() + self._seconds, loop.create_future())
        self._waiting.append(entry)
        self._waiting_bytes += size
        if not self._under_way and not self._is_called:
            self._is_called = True
            loop.call_soon(self._begin)  # with whoever comes in the same turn of the loop
        return await entry.outcome

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is committed or refused."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_future()
            self._close_if_idle()
        await self._closing

    def _begin(self) -> None:
        self._is_called = False
        if not self._under_way:
            self._commit_next()

    def _commit_next(self) -> None:
        self._under_way = group = self._next_group()
        if group:
            self._watch = asyncio.get_running_loop().call_later(self._seconds + LEAST_SECONDS, self._overdue)
            work = partial(self._commit, [entry.item for entry in group])
            self._threads.start(work, self._settle, until=group[0].expires_at)
        self._close_if_idle()

    def _close_if_idle(self) -> None:
        if self._closing is not None and not self._closing.done() and not self._under_way and not self._waiting:
            self._closing.set_result(None)

    def _next_group(self) -> list[_Entry[ItemT, OutcomeT]]:
        """Take out everybody who has as much in common as the first one; who waited too long is refused."""
        self._refuse_late()
        group: list[_Entry[ItemT, OutcomeT]] = []
        others: deque[_Entry[ItemT, OutcomeT]] = deque()
        for entry in self._waiting:
            is_next = not group or (len(group) < self._most and self._common(entry.item) == self._common(group[0].item))
            (group if is_next else others).append(entry)
        self._waiting = others
        self._waiting_bytes -= sum(entry.size for entry in group)
        return group

    def _refuse_late(self) -> None:
        now = time.monotonic()
        for entry in self._waiting:
            if entry.expires_at <= now:
                entry.settle(Busy(BUSY))
        gone = [entry for entry in self._waiting if entry.outcome.done()]
        if gone:
            self._waiting = deque(entry for entry in self._waiting if not entry.outcome.done())
            self._waiting_bytes -= sum(entry.size for entry in gone)

    def _settle(self, work: Future[Sequence[OutcomeT | Exception]]) -> None:
        """Tell a group what has become of it; the next one is on its way first."""
        group, error = self._under_way, work.exception()
        if self._watch is not None:
            self._watch.cancel()
        self._commit_next()
        outcomes: Sequence[OutcomeT | BaseException] = work.result() if error is None else [error] * len(group)
        for entry, outcome in zip(group, outcomes, strict=True):
            entry.settle(outcome)

    def _overdue(self) -> None:
        """The disk hangs: nobody knows what becomes of these, and whoever waits behind them has waited long enough."""
        for entry in self._under_way:
            entry.settle(Unavailable(UNCONFIRMED))
        self._refuse_late()
        self._watch = asyncio.get_running_loop().call_later(LEAST_SECONDS, self._overdue)

    def _commit(self, items: list[ItemT]) -> Sequence[OutcomeT | Exception]:
        """Commit a group; after an unforeseen failure one by one, so that it fails the item that caused it alone."""
        try:
            return self._work(items)
        except Problem as problem:
            return [problem] * len(items)
        except Exception as error:
            return [error] if len(items) == 1 else [self._commit([item])[0] for item in items]
