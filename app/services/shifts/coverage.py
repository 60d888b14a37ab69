"""Coverage of a week as its board tells it, and when that changes by itself."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple, cast

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.calendar.clock_times import parse_clock_time
from app.domain.shifts.coverage import CoverageShift, coverage, sentence
from app.domain.shifts.model import ShiftSettings
from app.domain.view import EVERYTHING, View
from app.models import Seat, SeatChange, Shift, Week
from app.models import ShiftSettings as SettingsRow
from app.services.shifts import on_shift
from app.services.shifts.on_shift import OnShift
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp

NEVER = datetime.max.replace(tzinfo=UTC)

_SHIFTS = Prepared(
    select(col(Shift.id), col(Shift.starts_at), col(Shift.ends_at), col(Shift.needed), col(Shift.taken))
    .where(col(Shift.week_id) == bindparam("week"), col(Shift.cancelled_at).is_(None))
    .order_by(col(Shift.starts_at), col(Shift.id))
)
_SETTINGS = Prepared(
    select(col(SettingsRow.needs_team), col(SettingsRow.early_before)).where(
        col(SettingsRow.week_id) == bindparam("week")
    )
)
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
    """The shifts of a week as its board has them, until `until`; `version` counts the changes of the week's topics.

    `since` is the last start or end that has passed: who is on now is another one then. `on_shift` are the shifts of
    now and the next ones, in a week that goes without teams, with its names at so many `edits` of the week.
    """

    version: int = 0
    coverage: str = ""
    since: datetime | None = None
    until: datetime = NEVER
    needs_team: bool = True
    on_shift: tuple[OnShift, ...] = ()
    edits: int = 0

    @property
    def shown(self) -> tuple[object, ...]:
        """The values that a board's page shows of them: equal ones make equal pages."""
        return self.coverage, self.needs_team, self.on_shift

    def are_of(self, week: WeekStamp, version: int, now: datetime) -> bool:
        """Tell whether they are still those of a week at a version of its shifts, at a moment."""
        return self.edits == weeks.edits(week) and self.version == version and now < self.until


NO_SHIFTS = BoardShifts()


def of_week(session: Session, week: Week | WeekStamp, version: int, now: datetime) -> BoardShifts:
    """The shifts of a week as they stand, at this `version`. Two queries, where it has teams."""
    return _of(session, week, EVERYTHING, version, now, {})


def of_frozen_week(session: Session, week: Week, version: int, now: datetime) -> BoardShifts:
    """The same for the public of a frozen week: who did not come since its freeze counts as signed up."""
    missed = {
        shift_id: int(count) for shift_id, count in _MISSED_SINCE.rows(session, week=week.id, frozen_at=week.frozen_at)
    }
    return _of(session, week, weeks.view_of(week, "public"), version, now, missed)


def _of(
    session: Session, week: Week | WeekStamp, view: View, version: int, now: datetime, hidden: dict[str, int]
) -> BoardShifts:
    shifts = [
        CoverageShift(starts_at, ends_at, needed, taken + hidden.get(shift_id, 0))
        for shift_id, starts_at, ends_at, needed, taken in _SHIFTS.rows(session, week=week.id)
    ]
    settings = _settings(session, week.id)
    if not shifts:
        return BoardShifts(version, needs_team=settings.needs_team, edits=weeks.edits(week))
    state = cast("Literal['draft', 'open', 'closed']", week.state)
    moments = sorted({moment for shift in shifts for moment in (shift.starts_at, shift.ends_at)})
    return BoardShifts(
        version,
        sentence(coverage(shifts, settings, week.zone, now), state),
        max((moment for moment in moments if moment <= now), default=None),
        min((moment for moment in moments if moment > now), default=NEVER),
        settings.needs_team,
        () if settings.needs_team or state == "closed" else _on_shift(session, week.id, view, now),
        weeks.edits(week),
    )


def _settings(session: Session, week_id: int) -> ShiftSettings:
    """The settings that boards depend on."""
    rows = _SETTINGS.rows(session, week=week_id)
    if not rows:
        return ShiftSettings()
    needs_team, early_before = rows[0]
    return ShiftSettings(needs_team=bool(needs_team), early_before=parse_clock_time(early_before) or 0)


def _on_shift(session: Session, week_id: int, view: View, now: datetime) -> tuple[OnShift, ...]:
    return on_shift.now_and_next(session, weeks.find_by_id(session, week_id), view, now, needs_team=False)
