"""Screens of the office that are away: organizers are told, whichever server notices first."""

import asyncio

from app.clock import Clock
from app.db.database import Database
from app.services.displays import absences

LOOK_SECONDS = 60.0


async def watch(database: Database, clock: Clock) -> None:
    """Look every minute for screens that went away, and write only where one did."""

    def is_any() -> bool:
        with database.reading() as session:
            return bool(absences.untold(session, clock.game(), clock.real()))

    def tell() -> None:
        with database.unit_of_work() as session:
            absences.tell(session, clock.game(), clock.real())

    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if await database.reads.run(is_any):
            await database.writes.run(tell)
