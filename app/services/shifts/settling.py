"""Settling: what becomes of seats by themselves once their shift is over, recorded as done by `shifts`."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.domain.shifts.seats import NO_SHOW_AFTER
from app.models import Person, Seat, SeatOffer, Shift, WaitingEntry, Week
from app.models import ShiftSettings as SettingsRow
from app.services.people import people as people_
from app.services.shifts import credit, seat_queries, shifts, takeovers, telling, timetable, waiting
from app.services.shifts.completion import COMPLETED
from app.services.shifts.locked_shift import BY_ITSELF, LockedShift, facts_of
from app.services.weeks import weeks


def settle(session: Session, slug: str, shift_id: str, now: datetime) -> None:
    """Do what is due in a shift by itself; in a closed week nothing.

    Before its start free seats go to who waits; from it on nobody waits, and covers that nobody decided are approved.
    After its end who checked in completes it, later on who never did is a no-show.

    Who checked in first is completed first, then by email, so the same seats give the same credit. Raises WeekUnknown
    or NotFound.
    """
    locked = LockedShift.lock(session, slug, shift_id, Act(BY_ITSELF, now), None, with_ledger=True)
    if not locked.facts.is_week_open:
        return
    if now < locked.shift.starts_at:
        waiting.hold(locked)
        if waiting.fill(locked) and locked.settings.first_round is not None:
            waiting.look_elsewhere(locked, [])  # a team may have had its first slot: others wait for that
        waiting.plan(locked)  # limits may be newer than whoever waits
        return
    seat_queries.lock_people(session, [*takeovers.due(locked), *(seat.person_id for seat in _unsettled_seats(locked))])
    takeovers.settle(locked)
    waiting.expire(locked)
    seats = _unsettled_seats(locked)
    facts = locked.facts
    for seat in seats:
        if state := lives.settle(facts_of(seat), facts, locked.settings, now):
            locked.change(seat, state)
    if any(seat.state == "completed" for seat in seats):
        credit.follow(session, locked.week, locked.shift, locked.act, reason=COMPLETED)
    waits = locked.settings.completes == "organizer" and now >= locked.shift.ends_at
    if waits and any(seat.state == "checked_in" for seat in seats):
        telling.unconfirmed(locked.teller)


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

    In a closed week nothing is done or planned: reopening it plans its shifts anew. No job settles a rehearsal.
    """
    shift = session.get(Shift, shift_id)
    if shift is None:
        return
    week = weeks.find_by_id(session, shift.week_id)
    if week.rehearsal_of is not None:
        return
    settle(session, week.slug, shift_id, now)
    if timetable.has_more(shift, now):
        timetable.plan(session, week, [shift], now)


def settle_due(session: Session, week: Week, now: datetime) -> None:
    """Settle all that is due of a locked week."""
    due = _due(session, week, now)
    # At once and by id: whoever signs people up for shifts of other weeks locks them in that order, too.
    for chunk in people_.chunks(sorted({person_id for _, person_id in due if person_id is not None}), people_.CHUNK):
        seat_queries.lock_people(session, chunk)
    for shift_id in sorted({shift_id for shift_id, _ in due}):
        settle(session, week.slug, shift_id, now)


def plan_all(session: Session, now: datetime) -> None:
    """Have the shifts of every open week settled at their moments, those made before there was a timetable too.

    What is due and was left is planned anew: settings may have changed since, or a job was given up. So is the look at
    free seats that somebody waits for, who may have been deactivated when they became free.
    """
    timetable.plan_waited_for(session, now)
    for week in weeks.every(session):
        if week.state == "open":
            left = {shift_id for shift_id, _ in _due(session, week, now)}
            every = shifts.of_week(session, week)
            timetable.plan(session, week, [shift for shift in every if timetable.has_more(shift, now)], now)
            overdue = [shift for shift in every if shift.id in left]
            timetable.plan_overdue(session, week, overdue, now, again=f":{now.date()}")


def _due(session: Session, week: Week, now: datetime) -> Sequence[tuple[str, str | None]]:
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
    return [*session.exec(query), *_waiting_since_the_start(session, week, now)]


def _waiting_since_the_start(session: Session, week: Week, now: datetime) -> Iterator[tuple[str, str | None]]:
    """The shifts of a week that have begun with the people who still wait there, for a seat or for approval."""
    begun = Shift.week_id == week.id, Shift.starts_at <= now
    entries = select(Shift.id, WaitingEntry.person_id).join(WaitingEntry, col(WaitingEntry.shift_id) == Shift.id)
    yield from session.exec(entries.where(*begun, WaitingEntry.state == "waiting"))
    covers = select(Shift.id, SeatOffer.taker_id).join(Seat, col(Seat.shift_id) == Shift.id)
    covers = covers.join(SeatOffer, col(SeatOffer.seat_id) == Seat.id)
    yield from session.exec(covers.where(*begun, SeatOffer.state == "pending"))
