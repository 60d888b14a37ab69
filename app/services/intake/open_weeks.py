"""Open weeks by the times that they hold: the one that a delivery belongs to."""

from datetime import datetime

from sqlmodel import Session, select

from app.domain.calendar.days import day_bounds
from app.models import Week
from app.services.weeks import weeks


def holding(session: Session, at: datetime) -> Week | None:
    """The open week whose days hold a time; of several the one that started last, then that was made last.

    Never a rehearsal: what tools report happened.
    """
    opened = session.exec(select(Week).where(Week.state == "open", weeks.IS_REAL))
    return max((week for week in opened if _holds(week, at)), key=_start, default=None)


def _holds(week: Week, at: datetime) -> bool:
    start, end = day_bounds(week.starts, week.ends, week.zone)
    return start <= at < end


def _start(week: Week) -> tuple[datetime, datetime, int]:
    return day_bounds(week.starts, week.ends, week.zone)[0], week.created_at, week.id
