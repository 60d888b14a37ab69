"""The write queue: group commit for single activities; those that arrive together share one transaction."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass

from app.clock import Clock
from app.db import Database
from app.errors import Busy, Problem, Unavailable
from app.outages import BUSY, UNCONFIRMED
from app.services import ledger
from app.services.intake import read_json
from app.services.ledger import Answer, Arrival, Reads
from app.waiting import LEAST_SECONDS, Bulkhead, begin_request

SECONDS = 5.0  # as every request has for its database; then it is refused with 503
MAX_GROUP = 500  # activities in one transaction: less than half a second, for which nobody else writes
MEMORY = 64 * 1_048_576  # bytes of what waits: a thousand of the largest bodies while the disk hangs
Record = Callable[..., Sequence[Answer | Problem]]
"""How a group is recorded, as `ledger.take_all` does: what each is answered."""
STOPPING = "The server is about to stop. Nothing was changed; try again in a moment."


@dataclass(slots=True, eq=False)
class _Item:
    """One request on its way, and what is to become of it; `expires_at` is monotonic."""

    slug: str
    body: bytes
    by: str
    reads: Reads
    expires_at: float
    outcome: asyncio.Future[Answer]

    def settle(self, outcome: Answer | Exception) -> None:
        """Tell whoever still waits."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class WriteQueue:
    """Commits what is waiting as one change of its week, so that many writers wait for the disk once, not in a row.

    Nobody waits for company: what finds the queue empty is committed at once, and whatever arrives meanwhile goes next,
    together. Everybody is answered after the commit that holds their activity, at the latest half a second after
    `seconds`. The commits are a task of the queue's own, so nobody suffers when a request is cancelled.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        record: Record = ledger.take_all,
    ) -> None:
        self._record = record
        self._database = database
        self._clock = clock
        self._seconds, self._memory = seconds, memory
        self._threads = Bulkhead("writing", threads=1, seconds=seconds, sentence=BUSY)
        self._waiting: deque[_Item] = deque()
        self._waiting_bytes = 0
        self._commits: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def record(self, slug: str, body: bytes, by: str, reads: Reads = "nothing") -> Answer:
        """Record one activity as it was sent. Raises what `ledger.take_all` answers, Busy or Unavailable."""
        if self._is_closed:
            raise Unavailable(STOPPING)
        if self._waiting_bytes + len(body) > self._memory:
            raise Busy(BUSY)
        loop = asyncio.get_running_loop()
        item = _Item(slug, body, by, reads, time.monotonic() + self._seconds, loop.create_future())
        self._waiting.append(item)
        self._waiting_bytes += len(body)
        if self._commits is None or self._commits.done():
            self._commits = loop.create_task(self._commit_all(), context=Context())
        return await item.outcome

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is committed or refused."""
        self._is_closed = True
        if self._commits is not None:
            await asyncio.wait({self._commits})

    async def _commit_all(self) -> None:
        begin_request()
        while self._waiting:
            if group := self._next_group():
                await self._commit_together(group)

    def _next_group(self) -> list[_Item]:
        """Take out everybody who waits for the same week as the first one; who waited too long is refused."""
        self._refuse_late()
        group: list[_Item] = []
        others: deque[_Item] = deque()
        for item in self._waiting:
            is_next = not group or (item.slug == group[0].slug and len(group) < MAX_GROUP)
            (group if is_next else others).append(item)
        self._waiting = others
        self._waiting_bytes -= sum(len(item.body) for item in group)
        return group

    def _refuse_late(self) -> None:
        now = time.monotonic()
        for item in self._waiting:
            if item.expires_at <= now:
                item.settle(Busy(BUSY))
        gone = [item for item in self._waiting if item.outcome.done()]
        if gone:
            self._waiting = deque(item for item in self._waiting if not item.outcome.done())
            self._waiting_bytes -= sum(len(item.body) for item in gone)

    async def _commit_together(self, group: list[_Item]) -> None:
        self._watch = asyncio.get_running_loop().call_later(self._seconds + LEAST_SECONDS, self._overdue, group)
        try:
            outcomes = await self._threads.run(self._commit, group, until=group[0].expires_at)
        except Exception as error:
            outcomes = [error] * len(group)
        except BaseException:
            outcomes = [Unavailable(UNCONFIRMED)] * len(group)
            raise
        finally:
            if self._watch is not None:
                self._watch.cancel()
            for item, outcome in zip(group, outcomes, strict=True):
                item.settle(outcome)

    def _overdue(self, group: Sequence[_Item]) -> None:
        """The disk hangs: nobody knows what becomes of these, and whoever waits behind them has waited long enough."""
        for item in group:
            item.settle(Unavailable(UNCONFIRMED))
        self._refuse_late()
        self._watch = asyncio.get_running_loop().call_later(LEAST_SECONDS, self._overdue, ())

    def _commit(self, group: Sequence[_Item]) -> Sequence[Answer | Exception]:
        """What became of each; one that breaks what should not break cannot take the others with it."""
        try:
            return self._take(group)
        except Problem as problem:
            return [problem] * len(group)
        except Exception as error:
            return [error] if len(group) == 1 else [self._commit([item])[0] for item in group]

    def _take(self, group: Sequence[_Item]) -> Sequence[Answer | Exception]:
        arrivals = [Arrival(read_json(item.body), item.by, item.reads) for item in group]
        with self._database.unit_of_work() as session:
            return self._record(session, group[0].slug, arrivals, now=self._clock.game())
