"""Planned openings, freezes and closings of weeks, each at its time."""

from typing import Any

from app.clock import Clock
from app.db.database import Database
from app.services import scheduling
from app.services.jobs import Claim


async def change(database: Database, clock: Clock, claim: Claim) -> None:
    """Do the planned change of the payload, in one transaction; done twice, nothing changes. Raises Unavailable."""
    await database.writes.run(_change, database, clock, claim.payload, long=True)


def _change(database: Database, clock: Clock, payload: Any) -> None:
    with database.unit_of_work() as session:
        scheduling.run(session, payload["week"], payload["action"], payload["id"], clock.game(), clock.real())


def catch_up(database: Database, clock: Clock) -> None:
    """Do what fell due while no server ran, before anybody is served. Raises Unavailable."""
    with database.unit_of_work() as session:
        scheduling.run_due(session, clock.game())
