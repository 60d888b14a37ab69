"""The tally of tries: those that come together are counted in one transaction, for good before the tries themselves."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass

from app.bulkheads import LEAST_SECONDS, begin_request
from app.clock import Clock
from app.db.database import Database
from app.db.outages import BUSY, UNCONFIRMED
from app.errors import Busy, TooMany, Unavailable
from app.services.access import throttle
from app.services.access.throttle import Limit

MAX_GROUP = 500


@dataclass(slots=True, eq=False)
class _Try:
    """One try that waits to be counted, or to be given back; `until` is monotonic."""

    limit: Limit
    key: str
    is_back: bool
    until: float
    counted: asyncio.Future[None]

    def settle(self, outcome: Exception | None) -> None:
        """Tell whoever still waits."""
        if self.counted.done():
            return
        if outcome is None:
            self.counted.set_result(None)
        else:
            self.counted.set_exception(outcome)


class Tally:
    """Group commit of counts: when everybody sends a form at one moment, they wait for the disk once, not in a row.

    Nobody waits for company: what finds nothing under way is counted at once, and whatever comes meanwhile goes next,
    together.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Try] = []
        self._counting: asyncio.Task[None] | None = None

    async def count(self, limit: Limit, key: str) -> None:
        """Count a try. Raises TooMany beyond the limit, Busy or Unavailable."""
        await self._join(limit, key, is_back=False)

    async def give_back(self, limit: Limit, key: str) -> None:
        """Take a try off the count, for it succeeded. Raises Busy or Unavailable."""
        await self._join(limit, key, is_back=True)

    async def _join(self, limit: Limit, key: str, *, is_back: bool) -> None:
        loop = asyncio.get_running_loop()
        until = self._database.writes.deadline()
        one = _Try(limit, key, is_back, until, loop.create_future())
        self._waiting.append(one)
        if self._counting is None or self._counting.done():
            self._counting = loop.create_task(self._count_all(), context=Context())
        try:
            async with asyncio.timeout(until + LEAST_SECONDS - time.monotonic()):
                await one.counted
        except TimeoutError:
            raise Busy(BUSY) from None

    async def _count_all(self) -> None:
        begin_request()
        while self._waiting:
            group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
            await self._count_together([one for one in group if not one.counted.done()])

    async def _count_together(self, group: Sequence[_Try]) -> None:
        if not group:
            return
        outcomes: Sequence[Exception | None] = [Unavailable(UNCONFIRMED)] * len(group)
        try:
            outcomes = await self._database.writes.run(self._count, group, until=max(one.until for one in group))
        except Exception as error:
            outcomes = [error] * len(group)
        finally:
            for one, outcome in zip(group, outcomes, strict=True):
                one.settle(outcome)

    def _count(self, group: Sequence[_Try]) -> Sequence[Exception | None]:
        """Count a group in one order, or two processes could wait for each other's rows."""
        outcomes: dict[int, Exception | None] = {}
        with self._database.unit_of_work() as session:
            for one in sorted(group, key=lambda one: (one.limit.what, one.key)):
                try:
                    change = throttle.give_back if one.is_back else throttle.count
                    change(session, one.limit, one.key, self._clock.real())
                    outcomes[id(one)] = None
                except TooMany as problem:
                    outcomes[id(one)] = problem
        return [outcomes[id(one)] for one in group]
