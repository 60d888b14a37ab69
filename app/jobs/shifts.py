"""Shifts settle by themselves: at the end of each, whoever checked in completes it."""

from datetime import datetime
from typing import Final

from app.clock import Clock
from app.db.database import Database
from app.services.jobs import Claim
from app.services.shifts import settling

PLAN: Final = "shifts.plan"


async def settle(database: Database, clock: Clock, claim: Claim) -> None:
    """Settle the `shift` of the payload, in one transaction; done twice, nothing changes. Raises Unavailable."""
    await database.writes.run(_settle, database, claim.payload["shift"], clock.game(), long=True)


def _settle(database: Database, shift_id: str, now: datetime) -> None:
    with database.unit_of_work() as session:
        settling.settle_next(session, shift_id, now)


async def plan_all(database: Database, clock: Clock, _claim: Claim) -> None:
    """Plan the shifts of all open weeks that nobody has planned. Raises Unavailable."""
    await database.writes.run(_plan_all, database, clock.game(), long=True)


def _plan_all(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        settling.plan_all(session, now)
