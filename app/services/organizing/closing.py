"""Work that a week leaves undone if it is closed now: a closed week takes nothing, so it cannot be mended there."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from app.domain.calendar.days import day_bounds
from app.models import Delivery, Shift, Week
from app.services.shifts import attention
from app.services.shifts.attention import Attention


class Unresolved(NamedTuple):
    """The number of what waits in an open week, beside what its shifts wait for.

    `unmatched` deliveries name nobody who is known, `unread` ones were not processed or could not be read; `ahead` are
    shifts that are not over and have people.
    """

    unmatched: int
    unread: int
    ahead: int
    shifts: Attention

    @property
    def is_nothing(self) -> bool:
        """True if closing leaves nothing undone."""
        return not self.told()

    def told(self) -> list[str]:
        """A sentence for each kind of what waits."""
        kinds = (
            (self.unmatched, "delivery names someone unknown.", "deliveries name someone unknown."),
            (self.unread, "delivery wasn’t read.", "deliveries weren’t read."),
            (self.shifts.unconfirmed, "shift waits to be confirmed.", "shifts wait to be confirmed."),
            (self.shifts.covers, "cover waits for approval.", "covers wait for approval."),
            (self.ahead, "shift with people isn’t over.", "shifts with people aren’t over."),
        )
        return [f"{count:,} {one if count == 1 else many}" for count, one, many in kinds if count]


def unresolved(session: Session, week: Week, now: datetime) -> Unresolved:
    """Count what would be left undone; deliveries count that came, or tell of work, on the week’s days."""
    begins, ends = day_bounds(week.starts, week.ends, week.zone)
    at, came = col(Delivery.occurred_at), col(Delivery.received_at)
    is_ahead = col(Shift.ends_at) > now, col(Shift.cancelled_at).is_(None), col(Shift.taken) > 0
    return Unresolved(
        _count(session, Delivery, col(Delivery.state) == "unmatched", at >= begins, at < ends),
        _count(session, Delivery, col(Delivery.state).in_(("received", "quarantined")), came >= begins, came < ends),
        _count(session, Shift, col(Shift.week_id) == week.id, *is_ahead),
        attention.of_week(session, week, now),
    )


def _count(session: Session, model: type[Delivery | Shift], *conditions: ColumnElement[bool]) -> int:
    return int(session.exec(select(func.count()).select_from(model).where(*conditions)).one())
