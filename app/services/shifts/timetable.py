"""Timetable: the moments of a shift at which something happens by itself, each a job, once for all servers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.shifts.seats import NO_SHOW_AFTER
from app.models import Shift, WaitingEntry, Week, WeekEvent
from app.services import jobs
from app.services.jobs import Planned

SETTLE: Final = "shifts.settle"


def plan(session: Session, week: Week, shifts: Sequence[Shift], now: datetime, *, again: str = "") -> None:
    """Have these shifts of a week settled at their next moment, if it is open; opening it plans all that it has.

    Each moment is planned once for every opening of the week and version of the shift, whose number an edit raises;
    `again` makes it another one.
    """
    if week.state != "open" or not shifts:
        return
    opening = _opening(session, week)
    planned = []
    for shift in shifts:
        name, at = _next(shift, now)
        key = f"{SETTLE}:{shift.id}:{opening}:{shift.version}:{name}{again}"
        planned.append(Planned({"shift": shift.id}, at, key))
    jobs.enqueue_all(session, SETTLE, planned)


def plan_also(session: Session, shift_id: str, at: datetime) -> None:
    """Have a shift settled at one more moment, once however often it is asked for."""
    jobs.enqueue(session, SETTLE, {"shift": shift_id}, run_at=at, key=f"{SETTLE}:{shift_id}:also:{at.isoformat()}")


def plan_waited_for(session: Session, now: datetime, people: Sequence[str] | None = None) -> None:
    """Have shifts with a free seat settled at once which anybody, or one of these people, waits for."""
    query = (
        select(Shift.id)
        .join(WaitingEntry, col(WaitingEntry.shift_id) == Shift.id)
        .where(WaitingEntry.state == "waiting", col(Shift.taken) < Shift.seats, Shift.starts_at > now)
        .distinct()
    )
    if people is not None:
        query = query.where(col(WaitingEntry.person_id).in_(people))
    for shift_id in session.exec(query.order_by(Shift.id)):
        jobs.enqueue(session, SETTLE, {"shift": shift_id}, run_at=now)


def has_more(shift: Shift, now: datetime) -> bool:
    """Tell whether moments of the shift are still to come."""
    return _next(shift, now)[1] > now


def _opening(session: Session, week: Week) -> int:
    """The number of times a week was opened: what waited for a reopening is planned anew."""
    query = select(func.count(col(WeekEvent.id))).where(
        WeekEvent.week_id == week.id, col(WeekEvent.action).in_(("opened", "reopened"))
    )
    return session.exec(query).one()


def _next(shift: Shift, now: datetime) -> tuple[str, datetime]:
    """The first moment after now and its name; the last one where all are over."""
    moments = {"start": shift.starts_at, "end": shift.ends_at, "unseen": shift.ends_at + NO_SHOW_AFTER}
    return next(((name, at) for name, at in moments.items() if at > now), ("unseen", moments["unseen"]))
