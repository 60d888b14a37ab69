"""Knowledge cards become due, and answer reviews are deleted, by themselves, once a day."""

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, system
from app.services.cards import aging
from app.services.jobs import Claim
from app.services.reviews import retention

BY = system("cards")


async def look(database: Database, clock: Clock, _claim: Claim) -> None:
    """Find the cards that are due, or soon; done twice, nobody is told twice. Raises Unavailable."""
    await database.writes.run(_look, database, clock, long=True)


def _look(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as session:
        aging.look(session, Act(BY, clock.game()))


async def forget(database: Database, clock: Clock, _claim: Claim) -> None:
    """Delete answer reviews of weeks that were closed 90 days ago. Raises Unavailable."""
    await database.writes.run(_forget, database, clock, long=True)


def _forget(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as session:
        retention.forget(session, clock.game())
