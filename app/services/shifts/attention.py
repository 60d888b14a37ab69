"""Attention: what in a week's shifts waits for organizers: who is due and not here, covers, and who was there."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.domain.shifts.model import ShiftSettings
from app.models import Seat, Shift, Week
from app.services.shifts import offers
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.services.shifts.settings import settings_of


class Attention(NamedTuple):
    """The number of people who are due and not here, of covers to decide, and of shifts to confirm people of."""

    due: int = 0
    covers: int = 0
    unconfirmed: int = 0


def of_week(session: Session, week: Week, now: datetime) -> Attention:
    """Count what waits in an open week; nothing can be done about another one."""
    if week.state != "open":
        return Attention()
    is_on = (col(Seat.state) == "signed_up", col(Shift.starts_at) <= now, col(Shift.ends_at) > now)
    is_left = (col(Seat.state) == "checked_in", col(Shift.ends_at) <= now)
    by_hand = settings_of(session, week).completes != "itself"
    return Attention(
        _count(session, week, func.count(), *is_on),
        offers.count_undecided(session, week.id),
        _count(session, week, func.count(func.distinct(col(Shift.id))), *is_left) if by_hand else 0,
    )


def _count(session: Session, week: Week, what: Any, *conditions: Any) -> int:
    query = select(what).select_from(Seat).join(Shift, col(Shift.id) == col(Seat.shift_id))
    return int(session.execute(query.where(col(Shift.week_id) == week.id, *conditions)).scalar_one())


def due(item: ShiftItem, now: datetime) -> tuple[ShiftSeat, ...]:
    """The seats of a shift that is on whose people have not checked in."""
    is_on = not item.is_cancelled and item.shift.starts_at <= now < item.shift.ends_at
    return tuple(seat for seat in item.seats if seat.state == "signed_up") if is_on else ()


def is_unconfirmed(item: ShiftItem, settings: ShiftSettings, now: datetime) -> bool:
    """Tell whether a shift is over and somebody who checked in waits for it to be completed by hand."""
    is_over = settings.completes != "itself" and item.shift.ends_at <= now
    return is_over and any(seat.state == "checked_in" for seat in item.seats)
