"""The write queue: group commit for single activities; those that arrive together share one transaction."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass

from app.bulkheads import LEAST_SECONDS, Bulkhead, begin_request
from app.clock import Clock
from app.db.database import Database
from app.db.outages import BUSY, UNCONFIRMED
from app.domain.actor import Actor
from app.domain.draft import Reading
from app.errors import Busy, Problem, Unavailable
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.ledger import Submission

SECONDS = 5.0  # as every request has for its database; then it is refused with 503
MAX_GROUP = 500  # activities in one transaction: less than half a second, for which nobody else writes
MEMORY = 64 * 1_048_576  # bytes of what waits, about: some thousands of the largest while the disk hangs
OVERHEAD = 512  # bytes of something read that has no long texts, about
Record = Callable[..., Sequence[Recorded | Problem]]
"""Records a group as `ledger.record` does, with an answer for each."""
STOPPING = "The server is about to stop. Nothing was changed; try again in a moment."


@dataclass(slots=True, eq=False)
class _Item:
    """One request on its way, and what is to become of it; `expires_at` is monotonic."""

    slug: str
    submission: Submission
    size: int
    expires_at: float
    outcome: asyncio.Future[Recorded]

    def settle(self, outcome: Recorded | Exception) -> None:
        """Tell whoever still waits."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class WriteQueue:
    """Group commit: what is waiting is one transaction, so that many writers wait for the disk once, not in a row.

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
        record: Record = ledger.record,
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

    async def record(self, slug: str, reading: Reading, actor: Actor) -> Recorded:
        """Record one activity as it was read. Raises what `ledger.record` answers, Busy or Unavailable."""
        if self._is_closed:
            raise Unavailable(STOPPING)
        size = size_of(reading)
        if self._waiting_bytes + size > self._memory:
            raise Busy(BUSY)
        loop = asyncio.get_running_loop()
        expires_at = time.monotonic() + self._seconds
        item = _Item(slug, Submission(reading, actor), size, expires_at, loop.create_future())
        self._waiting.append(item)
        self._waiting_bytes += size
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
        self._waiting_bytes -= sum(item.size for item in group)
        return group

    def _refuse_late(self) -> None:
        now = time.monotonic()
        for item in self._waiting:
            if item.expires_at <= now:
                item.settle(Busy(BUSY))
        gone = [item for item in self._waiting if item.outcome.done()]
        if gone:
            self._waiting = deque(item for item in self._waiting if not item.outcome.done())
            self._waiting_bytes -= sum(item.size for item in gone)

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

    def _commit(self, group: Sequence[_Item]) -> Sequence[Recorded | Exception]:
        """Record a group; after an unforeseen failure one by one, so that it fails the item that caused it alone."""
        try:
            return self._record_together(group)
        except Problem as problem:
            return [problem] * len(group)
        except Exception as error:
            return [error] if len(group) == 1 else [self._commit([item])[0] for item in group]

    def _record_together(self, group: Sequence[_Item]) -> Sequence[Recorded | Exception]:
        submissions = [item.submission for item in group]
        with self._database.unit_of_work() as session:
            return self._record(session, group[0].slug, submissions, now=self._clock.game(), with_activities=True)


def size_of(reading: Reading) -> int:
    """Estimate the bytes of memory that something read takes while it waits; each character as if it took four."""
    draft, key = reading.draft, reading.key or ()
    texts = [*key, *(flaw.message for flaw in reading.flaws)]
    if draft is not None:
        texts += [text for text in (draft.subject, draft.url, draft.note) if text]
    return OVERHEAD + 4 * sum(map(len, texts))
