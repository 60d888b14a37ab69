"""Settings of a week's shifts: read, and changed by organizers with a note in the audit."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.calendar.clock_times import clock_text, parse_clock_time
from app.domain.calendar.days import day_bounds
from app.domain.shifts.model import ShiftSettings
from app.errors import Malformed
from app.models import ShiftSettings as SettingsRow
from app.models import Week
from app.services import topics
from app.services.audit import audit
from app.services.shifts import shifts, timetable
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

MOST_LEAVE_H = 30 * 24
MOST_SLOTS = 10_000
COMPLETES = ("itself", "person", "organizer")

_SETTINGS = Prepared(
    sql_select(
        col(SettingsRow.needs_team), col(SettingsRow.require_ready), col(SettingsRow.opens_at),
        col(SettingsRow.leave_until_h), col(SettingsRow.completes), col(SettingsRow.early_before),
        col(SettingsRow.early_per_team), col(SettingsRow.first_round), col(SettingsRow.approve_covers),
    ).where(col(SettingsRow.week_id) == bindparam("week"))
)  # fmt: skip


def settings_of(session: Session, week: AnyWeek) -> ShiftSettings:
    """The settings of a week's shifts; the defaults where nobody has set any."""
    found = _SETTINGS.rows(session, week=week.id)
    if not found:
        return ShiftSettings()
    [(needs_team, ready, opens_at, leave_until_h, completes, early_before, per_team, first_round, approve)] = found
    return ShiftSettings(
        needs_team=bool(needs_team),
        require_ready=bool(ready),
        opens_at=opens_at,
        leave_until=timedelta(hours=leave_until_h),
        completes=completes,
        early_before=parse_clock_time(early_before) or 0,
        early_per_team=per_team,
        first_round=first_round,
        approve_covers=bool(approve),
    )


def opens_after(session: Session, week: AnyWeek, now: datetime) -> datetime | None:
    """The moment at which signing up for a week's shifts opens, if that is still to come."""
    opens_at = settings_of(session, week).opens_at
    return opens_at if opens_at is not None and opens_at > now else None


def values_of(settings: ShiftSettings) -> dict[str, Any]:
    """Settings by the names that `change`, programs and the audit know them by."""
    return {
        "needs_team": settings.needs_team,
        "require_ready": settings.require_ready,
        "opens_at": settings.opens_at,
        "leave_until_h": settings.leave_until // timedelta(hours=1),
        "completes": settings.completes,
        "early_before": clock_text(settings.early_before),
        "early_per_team": settings.early_per_team,
        "first_round": settings.first_round,
        "approve_covers": settings.approve_covers,
    }


def change(session: Session, slug: str, changes: Mapping[str, Any], act: Act) -> ShiftSettings:
    """Change some of a week's settings, by the names of `values_of`; the others stay as they are.

    Raises WeekUnknown, Malformed with a sentence for each value that cannot be, or ShiftRefused for a closed week.
    """
    week = shifts.hold_for_planning(session, slug, act)
    checked = _checked(week, changes)
    shifts.lock_all(session, week)  # sign-ups read settings under the lock of their shift
    before = values_of(settings_of(session, week))
    changed = {name: value for name, value in checked.items() if value != before[name]}
    if changed:
        row = {**before, **changed}
        flags = {name: int(row[name]) for name in ("needs_team", "require_ready", "approve_covers")}
        session.merge(SettingsRow(week_id=week.id, **{**row, **flags}))
        session.flush()
        was = {name: before[name] for name in changed}
        audit.note(session, "shifts.settings-changed", weeks.audit_target(week), act, before=was, after=changed)
        topics.bump(session, week, "shifts")
        timetable.plan_waited_for(session, act.now)
        if (opens_at := opens_after(session, week, act.now)) is not None:
            timetable.plan_opening(session, week, opens_at, act.now)
        weeks.bump_version(session, week)  # the board says whether there are teams
    return settings_of(session, week)


def _checked(week: Week, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises Malformed with every flaw."""
    checked, flaws = dict[str, Any](), dict[str, str]()
    for name, value in changes.items():
        check = _CHECKS.get(name)
        if check is None:
            flaws[name[:60]] = f"“{name[:60]}” isn’t a setting of shifts. Choose from {', '.join(_CHECKS)}."
            continue
        try:
            checked[name] = check(week, value)
        except Malformed as flaw:
            flaws[name] = flaw.detail
    if flaws:
        errors = [{"field": name, "message": message} for name, message in flaws.items()]
        raise Malformed(" ".join(flaws.values()), errors=errors)
    return checked


def _flag(_week: Week, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed("This is either true or false.")
    return value


def _opening(week: Week, value: Any) -> datetime | None:
    """A moment at which signing up opens; None is at once."""
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Malformed("Give the moment at which signing up opens with its offset, such as 2026-03-02T09:00:00-08:00.")
    if value >= day_bounds(week.starts, week.ends, week.zone)[1]:
        raise Malformed("Signing up must open before the week is over.")
    if value.year < week.starts.year - 2:
        raise Malformed("Signing up can’t open years before the week. Leave the moment out to open it now.")
    return value


def _completes(_week: Week, value: Any) -> str:
    if value not in COMPLETES:
        raise Malformed(f"Choose who completes a shift: {', '.join(COMPLETES)}.")
    return str(value)


def _clock_time(_week: Week, value: Any) -> str:
    minutes = parse_clock_time(value) if isinstance(value, str) else None
    if minutes is None:
        raise Malformed("Give the time before which a shift is early as HH:MM, such as 07:00.")
    return clock_text(minutes)


def _leave_until(_week: Week, value: Any) -> int:
    return _whole(value, 0, MOST_LEAVE_H, "Hours before the start until which people may leave")


def _limit(_week: Week, value: Any) -> int | None:
    return None if value is None else _whole(value, 1, MOST_SLOTS, "A limit")


def _whole(value: Any, least: int, most: int, what: str) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Malformed(f"{what}: a whole number from {least:,} to {most:,}.")
    return value


_CHECKS: dict[str, Callable[[Week, Any], Any]] = {
    "needs_team": _flag,
    "require_ready": _flag,
    "opens_at": _opening,
    "leave_until_h": _leave_until,
    "completes": _completes,
    "early_before": _clock_time,
    "early_per_team": _limit,
    "first_round": _limit,
    "approve_covers": _flag,
}
