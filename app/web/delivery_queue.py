"""The queue of deliveries on their way to the disk: those that arrive together are stored in one transaction."""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass

from app.bulkheads import Bulkhead, begin_request
from app.db.database import Database
from app.db.outages import BUSY, UNCONFIRMED
from app.errors import Busy, Problem, Unavailable
from app.services.intake import deliveries
from app.services.intake.deliveries import Incoming

SECONDS = 5.0  # as every request has for its database; then it is refused with 503
MAX_GROUP = 100
MEMORY = 64 * 1_048_576
"""Bytes of bodies that wait while the disk hangs; a tool that is refused then sends again."""


@dataclass(slots=True, eq=False)
class _Item:
    """One delivery on its way, and its id once it is stored; `until` is monotonic."""

    incoming: Incoming
    until: float
    stored: asyncio.Future[str]

    def settle(self, outcome: str | Exception) -> None:
        """Tell whoever still waits."""
        if self.stored.done():
            return
        if isinstance(outcome, Exception):
            self.stored.set_exception(outcome)
        else:
            self.stored.set_result(outcome)


class DeliveryQueue:
    """Group commit of deliveries, as `WriteQueue` is one of activities: many tools wait for the disk once.

    Nobody waits for company: what finds nothing under way is stored at once, and whatever comes meanwhile goes next,
    together. Everybody is answered after the commit that holds their delivery.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = Bulkhead("writing", threads=1, seconds=SECONDS, sentence=BUSY)
        self._waiting: list[_Item] = []
        self._bytes = 0
        self._storing: asyncio.Task[None] | None = None

    async def store(self, incoming: Incoming) -> str:
        """Store a delivery; its id, or the first one's if it is a copy. Raises Busy or Unavailable."""
        if self._bytes + len(incoming.body) > MEMORY:
            raise Busy(BUSY)
        loop = asyncio.get_running_loop()
        item = _Item(incoming, self._threads.deadline(), loop.create_future())
        self._waiting.append(item)
        self._bytes += len(incoming.body)
        if self._storing is None or self._storing.done():
            self._storing = loop.create_task(self._store_all(), context=Context())
        try:
            return await item.stored
        finally:
            self._bytes -= len(incoming.body)

    async def close(self) -> None:
        """Wait until what was taken is stored or refused."""
        if self._storing is not None:
            await asyncio.wait({self._storing})

    async def _store_all(self) -> None:
        begin_request()
        while self._waiting:
            group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
            await self._store_together([item for item in group if not item.stored.done()])

    async def _store_together(self, group: Sequence[_Item]) -> None:
        if not group:
            return
        outcomes: Sequence[str | Exception] = [Unavailable(UNCONFIRMED)] * len(group)
        try:
            outcomes = await self._threads.run(self._store, group, until=max(item.until for item in group))
        except Exception as error:
            outcomes = [error] * len(group)
        finally:
            for item, outcome in zip(group, outcomes, strict=True):
                item.settle(outcome)

    def _store(self, group: Sequence[_Item]) -> Sequence[str | Exception]:
        """Store a group; after an unforeseen failure one by one, so that it fails the delivery that caused it alone."""
        try:
            with self._database.unit_of_work() as session:
                return deliveries.store_all(session, [item.incoming for item in group])
        except Problem as problem:
            return [problem] * len(group)
        except Exception as error:
            return [error] if len(group) == 1 else [self._store([item])[0] for item in group]
