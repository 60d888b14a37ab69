"""Changes of weeks that happen at their planned times: once, as whoever planned them, or told to organizers."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act, Actor, command, person
from app.domain.text.direction import apart
from app.errors import Conflict, Problem, Unavailable
from app.models import ScheduledChange, Week
from app.services import lifecycle, notices
from app.services.audit import audit
from app.services.notices import News
from app.services.people import people
from app.services.weeks import schedule, weeks

REASON = "As scheduled"
LOOK_AGAIN = timedelta(seconds=5)
"""Until the next look at a plan whose week goes by another clock than jobs do, as a demo's does."""


def run(session: Session, week_id: int, action: str, plan_id: str, now: datetime, wall: datetime) -> bool:
    """Do a planned change if it is due by the game’s time and still planned; True if it was done or failed for good.

    It happens at its planned moment, however late this is. Jobs go by `wall`. Raises Unavailable.
    """
    serialize(session)  # as for opening a week, which takes its turn before the week itself
    week = weeks.lock(session, weeks.find_by_id(session, week_id).slug, now)
    row = session.get(ScheduledChange, (week.id, action), populate_existing=True)
    if row is None or row.id != plan_id or row.failure is not None:
        return False
    if now < row.due_at:
        schedule.enqueue(session, row, wall + LOOK_AGAIN)
        return False
    act = Act(_planner(row), row.due_at)
    try:
        with session.begin_nested():
            _change(session, week, action, act)
    except Unavailable:
        raise
    except Problem as problem:
        _fail(session, week, row, problem.detail, act.at(now))
    return True


def run_due(session: Session, now: datetime) -> int:
    """Do what fell due while no server ran, in the order of time; how many. Raises Unavailable.

    A rehearsal's plans wait for its own clock.
    """
    query = select(ScheduledChange).join(Week, col(Week.id) == ScheduledChange.week_id)
    rows = session.exec(query.where(col(ScheduledChange.failure).is_(None), weeks.IS_REAL)).all()
    due = sorted((row.due_at, row.week_id, row.action, row.id) for row in rows if row.due_at <= now)
    return sum(run(session, week_id, action, plan_id, now, now) for _, week_id, action, plan_id in due)


def _planner(row: ScheduledChange) -> Actor:
    return person(row.by, row.person_id, "organizer") if row.person_id else command(row.by)


def _change(session: Session, week: Week, action: str, act: Act) -> None:
    slug = week.slug
    match action:
        case "open":
            if week.state != "draft":
                raise Conflict(f"{apart(week.name)} isn’t a draft any more.")
            lifecycle.open_week(session, slug, act, reason=REASON)
        case "freeze":
            lifecycle.freeze(session, slug, act, reason=REASON)
        case _:
            lifecycle.close(session, slug, act, reason=REASON)


def _fail(session: Session, week: Week, row: ScheduledChange, sentence: str, act: Act) -> None:
    """Keep why a plan came to nothing, and tell every organizer."""
    session.refresh(week)
    row.failure = sentence
    session.add(row)
    details = {"action": row.action, "why": sentence}
    audit.note(session, "week.schedule-failed", weeks.audit_target(week), act, after=details)
    facts = {"week": week.name, "change": schedule.NOUNS[row.action], "reason": sentence}
    news = News("schedule-failed", row.id, 0, facts)
    notices.tell(session, week, people.organizers(session), news, act.now)
    weeks.bump_version(session, week)
