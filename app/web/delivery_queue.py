"""The queue of deliveries on their way to the disk: those that arrive together are stored in one transaction."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from app.bulkheads import Bulkhead
from app.db.database import Database
from app.db.outages import BUSY
from app.errors import Busy, Problem
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

    def settle(self, outcome: str | BaseException) -> None:
        """Tell whoever still waits."""
        if self.stored.done():
            return
        if isinstance(outcome, BaseException):
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
        self._under_way: Sequence[_Item] = ()
        self._is_idle: asyncio.Future[None] | None = None

    async def store(self, incoming: Incoming) -> str:
        """Store a delivery; its id, or the first one's if it is a copy. Raises Busy or Unavailable."""
        if self._bytes + len(incoming.body) > MEMORY:
            raise Busy(BUSY)
        loop = asyncio.get_running_loop()
        item = _Item(incoming, self._threads.deadline(), loop.create_future())
        self._waiting.append(item)
        self._bytes += len(incoming.body)
        if not self._under_way:
            self._store_next()
        try:
            return await item.stored
        finally:
            self._bytes -= len(incoming.body)

    async def close(self) -> None:
        """Wait until what was taken is stored or refused."""
        if self._under_way:
            self._is_idle = asyncio.get_running_loop().create_future()
            await self._is_idle

    def _store_next(self) -> None:
        """Store what waits, if anything does; whoever is gone was told nothing and sends again."""
        self._waiting = [item for item in self._waiting if not item.stored.done()]
        self._under_way, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
        if group := self._under_way:
            until = max(item.until for item in group)
            self._threads.start(partial(self._store, group), self._settle, until=until)
        elif self._is_idle and not self._is_idle.done():
            self._is_idle.set_result(None)

    def _settle(self, work: Future[Sequence[str | Exception]]) -> None:
        """Tell a group what has become of it; the next one is on its way first."""
        group, error = self._under_way, work.exception()
        self._store_next()
        outcomes = work.result() if error is None else [error] * len(group)
        for item, outcome in zip(group, outcomes, strict=True):
            item.settle(outcome)

    def _store(self, group: Sequence[_Item]) -> Sequence[str | Exception]:
        """Store a group; after an unforeseen failure one by one, so that it fails the delivery that caused it alone."""
        several = [item.incoming for item in group]
        try:
            with self._database.statements() as statements:
                ids = deliveries.store_all(statements, several)
        except Problem as problem:
            return [problem] * len(group)
        except Exception as error:
            return [error] if len(group) == 1 else [self._store([item])[0] for item in group]
        self._see_newest([incoming for incoming in several if incoming.ends])
        return ids

    def _see_newest(self, several: Sequence[Incoming]) -> None:
        """End secrets that are over, in a transaction of its own: where that fails, the next delivery says the same."""
        if several:
            with suppress(Problem), self._database.unit_of_work() as session:
                deliveries.see_newest(session, several)
