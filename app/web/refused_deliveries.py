"""Refused deliveries: counted in memory, written together, so that a flood of them is one small write."""

import asyncio
from datetime import datetime, timedelta

from app.db.database import Database
from app.services.intake import refused
from app.services.intake.refused import Reason, Refused

WRITE_SECONDS = 1.0
"""Between writes: the page that waits for a first delivery shows within two seconds why none is taken."""

Key = tuple[str, Reason, datetime]


class RefusedDeliveries:
    """Counts what hooks refuse. A write has a row for each connection and reason at most, however much was sent.

    What was counted in the last second is lost with the process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[Key, Refused] = {}

    def note(self, connection_id: str, reason: Reason, now: datetime, *, ahead: timedelta | None = None) -> None:
        """Count one more; to be called in the event loop. `ahead` is how far the tool's clock is ahead of ours."""
        key = connection_id, reason, refused.hour_of(now)
        times = self._waiting[key].times + 1 if key in self._waiting else 1
        seconds = None if ahead is None else round(ahead.total_seconds())
        self._waiting[key] = Refused(connection_id, reason, times, now, seconds)

    async def run(self) -> None:
        """Write what was counted, again and again, until cancelled. Raises Unavailable; run it again."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write what was counted. Raises Unavailable, and then keeps it."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            await self._database.writes.run(self._add, list(waiting.values()))
        except BaseException:
            for key, lost in waiting.items():
                newer = self._waiting.get(key)
                self._waiting[key] = lost if newer is None else newer._replace(times=newer.times + lost.times)
            raise

    def _add(self, counted: list[Refused]) -> None:
        with self._database.unit_of_work() as session:
            refused.add(session, counted)
