"""Coverage of a week as its board tells it, and when that changes by itself."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple, cast

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.calendar.clock_times import parse_clock_time
from app.domain.shifts.coverage import CoverageShift, coverage, sentence
from app.domain.shifts.model import ShiftSettings
from app.models import Seat, SeatChange, Shift, Week
from app.models import ShiftSettings as SettingsRow
from app.services.weeks.weeks import WeekStamp

NEVER = datetime.max.replace(tzinfo=UTC)

_SHIFTS = Prepared(
    select(col(Shift.id), col(Shift.starts_at), col(Shift.ends_at), col(Shift.needed), col(Shift.taken))
    .where(col(Shift.week_id) == bindparam("week"), col(Shift.cancelled_at).is_(None))
    .order_by(col(Shift.starts_at), col(Shift.id))
)
_EARLY = Prepared(select(col(SettingsRow.early_before)).where(col(SettingsRow.week_id) == bindparam("week")))
_MISSED_SINCE = Prepared(
    select(col(Seat.shift_id), func.count(func.distinct(col(Seat.id))))
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .join(SeatChange, col(SeatChange.seat_id) == Seat.id)
    .where(
        col(Shift.week_id) == bindparam("week"),
        col(Seat.state) == "no_show",
        col(SeatChange.after) == "no_show",
        col(SeatChange.changed_at) > bindparam("frozen_at"),
    )
    .group_by(col(Seat.shift_id))
)


class BoardShifts(NamedTuple):
    """The shifts of a week as its board has them, at a `version` of theirs and until `until`.

    `since` is the last start or end that has passed: who is on now is another one then.
    """

    version: int = 0
    coverage: str = ""
    since: datetime | None = None
    until: datetime = NEVER


NO_SHIFTS = BoardShifts()


def of_week(session: Session, week: Week | WeekStamp, version: int, now: datetime) -> BoardShifts:
    """The shifts of a week as they stand; `version` is their newest. One query where there are none, else two."""
    return _of(session, week, version, now, {})


def of_frozen_week(session: Session, week: Week, version: int, now: datetime) -> BoardShifts:
    """The same for the public of a frozen week: who did not come since its freeze counts as signed up."""
    missed = {
        shift_id: int(count) for shift_id, count in _MISSED_SINCE.rows(session, week=week.id, frozen_at=week.frozen_at)
    }
    return _of(session, week, version, now, missed)


def _of(session: Session, week: Week | WeekStamp, version: int, now: datetime, hidden: dict[str, int]) -> BoardShifts:
    shifts = [
        CoverageShift(starts_at, ends_at, needed, taken + hidden.get(shift_id, 0))
        for shift_id, starts_at, ends_at, needed, taken in _SHIFTS.rows(session, week=week.id)
    ]
    if not shifts:
        return BoardShifts(version)
    rows = _EARLY.rows(session, week=week.id)
    early = parse_clock_time(rows[0][0]) if rows else None
    settings = ShiftSettings() if early is None else ShiftSettings(early_before=early)
    state = cast("Literal['draft', 'open', 'closed']", week.state)
    moments = sorted({moment for shift in shifts for moment in (shift.starts_at, shift.ends_at)})
    return BoardShifts(
        version,
        sentence(coverage(shifts, settings, week.zone, now), state),
        max((moment for moment in moments if moment <= now), default=None),
        min((moment for moment in moments if moment > now), default=NEVER),
    )
