"""Clocks of tickets: taken over from deliveries that were read before they were kept, and looked at again."""

from datetime import datetime, timedelta
from typing import Final

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, system
from app.services.intake import readings
from app.services.jobs import Claim
from app.services.ledger import timings

TAKE_OVER: Final = "clocks.take_over"
LEASE = timedelta(minutes=10)
"""For as many replies as a large week may have."""
AT_ONCE = 1_000
"""Deliveries read in one transaction."""


async def take_over(database: Database, clock: Clock, claim: Claim) -> None:
    """Keep the clock facts of all deliveries that were read, then catch up. Raises Unavailable."""
    await database.writes.run(_take_over, database, long=True)
    await catch_up(database, clock, claim)


def _take_over(database: Database) -> None:
    after: int | None = 0
    while after is not None:
        with database.unit_of_work() as session:
            after = readings.keep_clocks(session, after=after, limit=AT_ONCE)


async def catch_up(database: Database, clock: Clock, _claim: Claim) -> None:
    """Look at the replies of all open weeks again; done twice, nothing changes. Raises Unavailable."""
    await database.writes.run(_catch_up, database, clock.game(), long=True)


def _catch_up(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        timings.catch_up_all(session, Act(system("clocks"), now))
