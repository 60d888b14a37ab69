"""Single activities on their way into the ledger: those that arrive together share one transaction."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from app.db import Database
from app.errors import Problem
from app.services import ledger
from app.services.intake import read_json
from app.services.ledger import Answer, Arrival, Reads
from app.web.clock import Clock


@dataclass(slots=True)
class _Waiting:
    """One request on its way; `outcome` is set once its transaction is over."""

    slug: str
    body: bytes
    by: str
    reads: Reads
    outcome: Answer | Exception | None = None


class Recorder:
    """Commits what is waiting as one change of its week, so that many writers wait for the disk once, not in a row.

    Nobody waits for company: a request that finds no other at work commits at once, and whatever arrives meanwhile
    goes next, together. Everybody is answered after the commit that holds their activity.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queue: deque[_Waiting] = deque()
        self._turn = asyncio.Lock()

    async def record(self, slug: str, body: bytes, by: str, reads: Reads = "nothing") -> Answer:
        """Record one activity as it was sent. Raises what `ledger.take_all` answers, or Unavailable."""
        waiting = _Waiting(slug, body, by, reads)
        self._queue.append(waiting)
        async with self._turn:
            while waiting.outcome is None:
                await run_in_threadpool(self._commit, self._next())
        if isinstance(waiting.outcome, Exception):
            raise waiting.outcome
        return waiting.outcome

    def _next(self) -> list[_Waiting]:
        """Everybody who waits for the same week as the first one."""
        group = [each for each in self._queue if each.slug == self._queue[0].slug]
        self._queue = deque(each for each in self._queue if each.slug != group[0].slug)
        return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            outcomes: Sequence[Answer | Exception] = self._take(group)
        except Problem as problem:
            outcomes = [problem] * len(group)
        except Exception as error:
            if len(group) > 1:
                # One of them breaks what should not break. Alone, it cannot take the others with it.
                for each in group:
                    self._commit([each])
                return
            outcomes = [error]
        for each, outcome in zip(group, outcomes, strict=True):
            each.outcome = outcome

    def _take(self, group: Sequence[_Waiting]) -> Sequence[Answer | Exception]:
        arrivals = [Arrival(read_json(each.body), each.by, each.reads) for each in group]
        with self._database.unit_of_work() as session:
            return ledger.take_all(session, group[0].slug, arrivals, now=self._clock())
