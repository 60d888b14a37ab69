"""Reminders of an item to its owner: 3 days before it is due, on the day, then every week, as jobs."""

from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from app.domain.feedback import OPEN, next_reminder, reminder_at
from app.models import FeedbackItem, Week
from app.services import jobs, notices
from app.services.notices import News

REMIND: Final = "feedback.remind"


def plan(session: Session, week: Week, item: FeedbackItem, now: datetime) -> None:
    """Plan the next reminder of an item that is open and due on a day; the same twice is one. Not in a rehearsal."""
    if item.due_on is None or week.rehearsal_of is not None:
        return
    number = next_reminder(item.due_on, now, week.zone)
    payload = {"item": item.id, "due_on": item.due_on.isoformat(), "number": number}
    key = f"{REMIND}:{item.id}:{item.due_on}:{number}"
    jobs.enqueue(session, REMIND, payload, run_at=reminder_at(item.due_on, number, week.zone), key=key)


def remind(session: Session, item_id: str, due_on: date, number: int, now: datetime) -> None:
    """Remind the owner of an item, if it is still open and due on that day, and plan the next time.

    Not before the time of the reminder: where a demo plays a week of long ago, all of its jobs are due at once.
    """
    item = session.get(FeedbackItem, item_id)
    if item is None or item.state not in OPEN or item.due_on != due_on or item.owner_id is None:
        return
    week = session.get_one(Week, item.week_id)
    at = reminder_at(due_on, number, week.zone)
    if now < at:
        return
    facts = {"title": item.title, "due": due_on.isoformat(), "week": week.name}
    revision = due_on.toordinal() * 1_000 + min(number, 999)
    notices.tell(session, week, [item.owner_id], News("feedback-due", item.id, revision, facts), now)
    plan(session, week, item, now)
