"""Timetable: the moments of a shift at which something happens by itself, each a job, once for all servers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.shifts.seats import NO_SHOW_AFTER
from app.models import Shift, WaitingEntry, Week, WeekEvent
from app.services import jobs
from app.services.jobs import Planned
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

SETTLE: Final = "shifts.settle"


class Moment(NamedTuple):
    """A moment of a shift by its name."""

    name: str
    at: datetime


def plan(session: Session, week: Week, shifts: Sequence[Shift], now: datetime) -> None:
    """Have these shifts of a week settled at their next moment, if it is open; opening it plans all that it has.

    Each moment is planned once for every opening of the week and version of the shift, whose number an edit raises.
    """
    _plan(session, week, [(shift, _next(shift, now)) for shift in shifts])


def plan_overdue(session: Session, week: Week, shifts: Sequence[Shift], now: datetime, *, again: str = "") -> None:
    """The same, but those that have begun at once: a moment may have passed unused. `again` makes it another one."""
    _plan(session, week, [(shift, _last(shift, now) or _next(shift, now)) for shift in shifts], again)


def _plan(session: Session, week: Week, moments: Sequence[tuple[Shift, Moment]], again: str = "") -> None:
    if week.state != "open" or week.rehearsal_of is not None or not moments:
        return  # a rehearsal settles its shifts when its own clock moves
    opening = _opening(session, week)
    planned = [
        Planned({"shift": shift.id}, at, f"{SETTLE}:{shift.id}:{opening}:{shift.version}:{name}{again}")
        for shift, (name, at) in moments
    ]
    jobs.enqueue_all(session, SETTLE, planned)


def plan_also(session: Session, week: AnyWeek, shift_id: str, at: datetime) -> None:
    """Have a shift of a week settled at one more moment, once however often it is asked for."""
    if week.rehearsal_of is None:
        jobs.enqueue_all(session, SETTLE, [_also(shift_id, at)])


def _also(shift_id: str, at: datetime) -> Planned:
    return Planned({"shift": shift_id}, at, f"{SETTLE}:{shift_id}:also:{at.isoformat()}")


def plan_waited_for(session: Session, now: datetime, people: Sequence[str] | None = None) -> None:
    """Have shifts with a free seat settled at once which anybody, or one of these people, waits for."""
    query = _waited_for(now).where(col(Shift.taken) < Shift.seats)
    if people is not None:
        query = query.where(col(WaitingEntry.person_id).in_(people))
    planned = [Planned({"shift": shift_id}, now) for shift_id in session.exec(query)]
    jobs.enqueue_all(session, SETTLE, planned)


def plan_opening(session: Session, week: Week, opens_at: datetime, now: datetime) -> None:
    """Have all shifts of a week that anybody waits for settled when signing up opens: nobody gets a seat before."""
    query = _waited_for(now).where(Shift.week_id == week.id)
    planned = [_also(shift_id, opens_at) for shift_id in session.exec(query)]
    jobs.enqueue_all(session, SETTLE, planned)


def _waited_for(now: datetime) -> SelectOfScalar[str]:
    """The ids of shifts to come that anybody waits for."""
    query = select(Shift.id).join(WaitingEntry, col(WaitingEntry.shift_id) == Shift.id)
    query = query.join(Week, col(Week.id) == Shift.week_id).where(weeks.IS_REAL)
    return query.where(WaitingEntry.state == "waiting", Shift.starts_at > now).distinct().order_by(Shift.id)


def has_more(shift: Shift, now: datetime) -> bool:
    """Tell whether moments of the shift are still to come."""
    return _next(shift, now).at > now


def _opening(session: Session, week: Week) -> int:
    """The number of times a week was opened: what waited for a reopening is planned anew."""
    query = select(func.count(col(WeekEvent.id))).where(
        WeekEvent.week_id == week.id, col(WeekEvent.action).in_(("opened", "reopened"))
    )
    return session.exec(query).one()


def _moments(shift: Shift) -> list[Moment]:
    return [
        Moment("start", shift.starts_at), Moment("end", shift.ends_at), Moment("unseen", shift.ends_at + NO_SHOW_AFTER),
    ]  # fmt: skip


def _next(shift: Shift, now: datetime) -> Moment:
    """The first moment after now; the last one where all are over."""
    moments = _moments(shift)
    return next((moment for moment in moments if moment.at > now), moments[-1])


def _last(shift: Shift, now: datetime) -> Moment | None:
    """The latest moment that has passed."""
    return next((moment for moment in reversed(_moments(shift)) if moment.at <= now), None)
