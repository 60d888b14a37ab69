"""Reminders: of a shift to everybody who has a seat when they are due, of feedback to its owner."""

from datetime import date, datetime
from typing import Any

from app.clock import Clock
from app.db.database import Database
from app.services import shift_stages, slack_news
from app.services.feedback import reminders as feedback_reminders
from app.services.jobs import Claim
from app.services.shifts import reminders


async def remind(database: Database, clock: Clock, claim: Claim) -> None:
    """Remind people of the `shift` of the payload; done twice, nobody is told twice. Raises Unavailable."""
    await database.writes.run(_remind, database, clock, claim.payload)


def _remind(database: Database, clock: Clock, payload: Any) -> None:
    with database.unit_of_work() as session:
        reminders.remind(session, payload["shift"], payload["kind"], payload["start"], clock.game())


async def tell_stage(database: Database, clock: Clock, claim: Claim) -> None:
    """Tell whoever is on the `shift` of the payload, at Slack, that it begins or is over. Raises Unavailable."""
    await database.writes.run(_tell_stage, database, clock, claim.payload)


def _tell_stage(database: Database, clock: Clock, payload: Any) -> None:
    with database.unit_of_work() as session:
        at = datetime.fromisoformat(payload["at"])
        shift_stages.tell(session, payload["shift"], payload["stage"], at, clock.game())


async def plan_news(database: Database, clock: Clock, _claim: Claim) -> None:
    """Plan what is posted at Slack today and tomorrow. Raises Unavailable."""
    await database.writes.run(_plan_news, database, clock)


def _plan_news(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as session:
        slack_news.plan_days(session, clock.game())


async def remind_of_feedback(database: Database, clock: Clock, claim: Claim) -> None:
    """Remind the owner of the `item` of the payload; done twice, nobody is told twice. Raises Unavailable."""
    await database.writes.run(_remind_of_feedback, database, clock, claim.payload)


def _remind_of_feedback(database: Database, clock: Clock, payload: Any) -> None:
    with database.unit_of_work() as session:
        due_on = date.fromisoformat(payload["due_on"])
        feedback_reminders.remind(session, payload["item"], due_on, payload["number"], clock.game())
