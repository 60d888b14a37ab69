"""Settling: what becomes of seats by themselves once their shift is over, recorded as done by `shifts`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from app.domain.actor import Act, system
from app.domain.shifts import seats as lives
from app.domain.shifts.seats import NO_SHOW_AFTER
from app.models import Person, Seat, Shift, Week
from app.models import ShiftSettings as SettingsRow
from app.services.people import people as people_
from app.services.shifts import credit, shifts, timetable
from app.services.shifts.completion import COMPLETED
from app.services.shifts.locked_shift import LockedShift, facts_of, lock_people
from app.services.weeks import weeks

BY: Final = system("shifts")


def settle(session: Session, slug: str, shift_id: str, now: datetime) -> None:
    """Complete who checked in to a shift that is over, and call a no-show who never did; in a closed week nothing.

    Who checked in first is completed first, then by email, so the same seats give the same credit. Raises WeekUnknown
    or NotFound.
    """
    locked = LockedShift.lock(session, slug, shift_id, Act(BY, now), None, with_ledger=True)
    seats = _unsettled_seats(locked)
    lock_people(session, [seat.person_id for seat in seats])
    facts = shifts.facts(locked.shift, locked.week)
    for seat in seats:
        if state := lives.settle(facts_of(seat), facts, locked.settings, now):
            locked.change(seat, state)
    if any(seat.state == "completed" for seat in seats):
        credit.follow(session, locked.week, locked.shift, locked.act, reason=COMPLETED)


def _unsettled_seats(locked: LockedShift) -> Sequence[Seat]:
    query = (
        select(Seat)
        .join(Person, col(Person.id) == Seat.person_id)
        .where(Seat.shift_id == locked.shift.id, col(Seat.state).in_(("signed_up", "checked_in")))
        .order_by(col(Seat.checked_in_at), col(Person.email))
    )
    return locked.session.exec(query.execution_options(populate_existing=True)).all()


def settle_next(session: Session, shift_id: str, now: datetime) -> None:
    """Settle what is due of a shift, and have the rest of it settled at its moment; for a job.

    In a closed week nothing is done or planned: reopening it plans its shifts anew.
    """
    shift = session.get(Shift, shift_id)
    if shift is None:
        return
    week = weeks.find_by_id(session, shift.week_id)
    settle(session, week.slug, shift_id, now)
    if timetable.has_more(shift, now):
        timetable.plan(session, week, [shift], now)


def settle_due(session: Session, week: Week, now: datetime) -> None:
    """Settle all that is due of a locked week."""
    due = _due(session, week, now)
    # At once and by id: whoever signs people up for shifts of other weeks locks them in that order, too.
    for chunk in people_.chunks(sorted({person_id for _, person_id in due}), people_.CHUNK):
        lock_people(session, chunk)
    for shift_id in sorted({shift_id for shift_id, _ in due}):
        settle(session, week.slug, shift_id, now)


def plan_all(session: Session, now: datetime) -> None:
    """Have the shifts of every open week settled at their moments, those made before there was a timetable too.

    What is due and was left is planned anew: settings may have changed since, or a job was given up.
    """
    for week in weeks.every(session):
        if week.state == "open":
            left = {shift_id for shift_id, _ in _due(session, week, now)}
            every = shifts.of_week(session, week)
            timetable.plan(session, week, [shift for shift in every if timetable.has_more(shift, now)], now)
            timetable.plan(session, week, [shift for shift in every if shift.id in left], now, again=f":{now.date()}")


def _due(session: Session, week: Week, now: datetime) -> Sequence[tuple[str, str]]:
    """The shifts of a week with the people of whose seats something becomes by itself at this moment."""
    completes = func.coalesce(SettingsRow.completes, "itself")
    query = (
        select(Shift.id, Seat.person_id)
        .join(Seat, col(Seat.shift_id) == Shift.id)
        .outerjoin(SettingsRow, col(SettingsRow.week_id) == Shift.week_id)
        .where(
            Shift.week_id == week.id,
            or_(
                and_(col(Seat.state) == "checked_in", completes == "itself", col(Shift.ends_at) <= now),
                and_(col(Seat.state) == "signed_up", col(Shift.ends_at) <= now - NO_SHOW_AFTER),
            ),
        )
    )
    return session.exec(query).all()
