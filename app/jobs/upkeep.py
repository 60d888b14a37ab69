"""Daily upkeep of a server."""

from datetime import datetime
from typing import Final

from app.clock import Clock
from app.db.database import Database
from app.services import jobs, notices
from app.services.imports import imports
from app.services.jobs import Claim

FORGET: Final = "upkeep.forget_ended"


async def forget_ended(database: Database, clock: Clock, _claim: Claim) -> None:
    """Delete jobs that ended and notices of long ago, and rows of imports that were killed. Raises Unavailable."""
    await database.writes.run(_forget, database, clock.real(), long=True)


def _forget(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        jobs.forget_ended(session, now)
        notices.forget(session, now)
    imports.forget(database, "", now)
