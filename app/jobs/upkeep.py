"""Daily upkeep of a server."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.jobs.worker import Job
from app.services import calendar_events, jobs, notices, slack_messages
from app.services.imports import imports
from app.services.intake import backfills, outages, refused, retention
from app.services.jobs import Claim
from app.services.slack import homes, links, pace, pending
from app.services.webhooks import messages

FORGET: Final = "upkeep.forget_ended"


@dataclass(frozen=True, slots=True)
class Keeping:
    """The days for which deliveries keep a body that nobody could read, and for which they are listed."""

    unread_body_days: int
    delivery_days: int


def job(database: Database, clock: Clock, settings: Settings) -> Job:
    """The job that forgets."""
    keeping = Keeping(settings.unread_body_days, settings.delivery_days)
    return Job(FORGET, partial(forget_ended, database, clock, keeping))


async def forget_ended(database: Database, clock: Clock, keeping: Keeping, _claim: Claim) -> None:
    """Delete what ended long ago, deliveries too, and rows of imports that were killed. Raises Unavailable."""
    await database.writes.run(_forget, database, clock.real(), keeping, long=True)


def _forget(database: Database, now: datetime, keeping: Keeping) -> None:
    with database.unit_of_work() as session:
        jobs.forget_ended(session, now)
        notices.forget(session, now)
        calendar_events.forget(session, now)
        retention.forget_bodies(session, now, keeping.unread_body_days)
        retention.forget_settled(session, now, keeping.delivery_days)
        refused.forget(session, now)
        outages.forget(session, now)
        backfills.forget(session, now)
        messages.forget(session, now)
        pace.forget(session, now)
        links.forget(session, now)
        pending.forget(session, now)
        slack_messages.forget(session, now)
        homes.forget(session, now)
    imports.forget(database, "", now)
