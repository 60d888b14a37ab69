"""Processes stored deliveries as they come, whichever process stored them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.clock import Clock
from app.db.database import Database
from app.errors import Unavailable
from app.events import DeliveryStored, Event
from app.integrations.sources import registry
from app.services.intake import deliveries, processing

LOOK_SECONDS = 1.0
"""Between looks for deliveries that another process stored, or whose time has come; our own are seen at once."""
QUIET_SECONDS, PATIENCE_SECONDS = 0.1, 2.0
"""While deliveries keep coming, answering them comes first: we wait for a pause so long, but not longer than that."""
AT_ONCE = 5
"""Deliveries of one transaction: together they wait for the disk once, and keep others from writing for some 25 ms."""

logger = logging.getLogger(__name__)


class Intake:
    """Processes deliveries, the oldest first and the newest with them; any number of processes may have one.

    A delivery waits in its table until the transaction commits that processes it, so none is lost, and none is
    processed twice. Some share a transaction; where one of them fails, each gets one of its own.
    """

    def __init__(
        self, database: Database, clock: Clock, *, look: float = LOOK_SECONDS,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._look, self._rest = database, clock, look, rest
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        database.subscribe(self.notify)

    def notify(self, news: Event) -> None:
        """Look at once for what was stored; safe to call from any thread."""
        if not isinstance(news, DeliveryStored) or self._wake.is_set():
            return  # what is set is cleared before the next look, and to wake the loop costs each answer of a storm
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Process deliveries until cancelled. Raises Unavailable while the database is away; run it again."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if await self._database.reads.run(self._is_due):
                await self._database.writes.run(self._requeue_due)
                await self._process_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look):
                    await self._wake.wait()
            await self._wait_for_a_pause()

    async def _process_all(self) -> None:
        """Process what waits; while more keeps coming, answers have the machine for as long as each transaction had."""
        begun = time.monotonic()
        while await self._database.writes.run(self.process_some):
            if self._wake.is_set():
                self._wake.clear()
                await self._rest(min(time.monotonic() - begun, PATIENCE_SECONDS))
            begun = time.monotonic()

    async def _wait_for_a_pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._wake.is_set():
                    self._wake.clear()
                    await asyncio.sleep(QUIET_SECONDS)

    def _is_due(self) -> bool:
        with self._database.reading() as session:
            return deliveries.is_due(session, self._clock.game())

    def _requeue_due(self) -> None:
        with self._database.unit_of_work() as session:
            deliveries.requeue_due(session, self._clock.game())

    def process_some(self) -> bool:
        """Process some deliveries; False where none waits. One that fails in a way nobody foresaw is set aside."""
        try:
            with self._database.unit_of_work() as session:
                return processing.process_some(session, registry.parse, self._clock.game(), AT_ONCE) > 0
        except Unavailable:
            raise
        except Exception:
            return self._process_one_by_one()

    def _process_one_by_one(self) -> bool:
        return all(self._process_next(newest=number == AT_ONCE - 1) for number in range(AT_ONCE))

    def _process_next(self, *, newest: bool) -> bool:
        number: int | None = None
        try:
            with self._database.unit_of_work() as session:
                delivery = processing.claim(session, newest=newest)
                if delivery is None:
                    return False
                number = delivery.seq
                processing.process(session, delivery, registry.parse, self._clock.game())
                return True
        except Unavailable:
            raise
        except Exception:
            if number is None:
                raise
            logger.exception("a delivery could not be processed and is set aside")
        with self._database.unit_of_work() as session:
            processing.set_aside(session, number)
        return True
