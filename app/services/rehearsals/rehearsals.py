"""Rehearsals begun, looked at, and moved on; everything in one is a copy, and nobody is told of it (ADR 26)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.calendar.days import boundary, day_bounds, local_day
from app.domain.shifts.model import LIVE
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotFound
from app.events import WeekChanged
from app.models import LedgerEntry, ScheduledChange, Seat, Shift, Week
from app.models.columns import new_id
from app.services import lifecycle
from app.services.audit import audit
from app.services.rehearsals import casting, simulation
from app.services.rehearsals.simulation import BY
from app.services.rules import rule_sets
from app.services.shifts import settings, shifts
from app.services.weeks import schedule, weeks
from app.services.weeks.rehearsing import inside, is_rehearsal, slug_for

BEFORE = timedelta(days=3)
"""From signing up to the first day."""
BEGINS, MORNING = time(9), time(9)
AFTER = timedelta(days=14)
"""The furthest that a clock goes beyond the last day: far enough for grace and a ceremony."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal and what was played of it until now: activities in its ledger, and seats taken."""

    week: Week
    now: datetime
    activities: int
    seats: int


def of_week(session: Session, week: Week) -> Rehearsal | None:
    """The rehearsal of a week, if there is one."""
    found = session.exec(select(Week).where(Week.rehearsal_of == week.id)).first()
    if found is None or found.rehearsal_now is None:
        return None
    entries = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.week_id == found.id)
    seats = select(func.count()).select_from(Seat).join(Shift, col(Shift.id) == col(Seat.shift_id))
    seats = seats.where(col(Shift.week_id) == found.id, col(Seat.state).in_(LIVE))
    return Rehearsal(found, found.rehearsal_now, session.exec(entries).one(), session.exec(seats).one())


def require(session: Session, week: Week) -> Rehearsal:
    """The rehearsal of a week. Raises NotFound without one."""
    if (found := of_week(session, week)) is None:
        raise NotFound(f"{apart(week.name)} isn’t being rehearsed. Start a rehearsal first.")
    return found


def begin(session: Session, slug: str, act: Act) -> Rehearsal:
    """Copy a week with stand-ins for its people, and play it up to its first morning.

    It is open from the start, and keeps the rules of this moment. Raises WeekUnknown, or Conflict for a week that is
    rehearsed already, that is a rehearsal, or that has nobody in its teams.
    """
    if is_rehearsal(slug):
        raise Conflict("This is a rehearsal already. Rehearse the real week.")
    serialize(session)
    source = weeks.lock(session, slug, act.now)
    if of_week(session, source) is not None:
        raise Conflict(f"{apart(source.name)} is being rehearsed already. Throw that rehearsal away first.")
    week = _copied(session, source, act)
    with inside(week.slug):
        before = Act(BY, day_bounds(week.starts, week.ends, week.zone)[0] - BEFORE)
        if not casting.cast(session, source, week, before):
            raise Conflict(f"{apart(source.name)} has nobody in its teams yet. Add people first.")
        found = settings.values_of(settings.settings_of(session, source))
        settings.change(session, week.slug, found, before)
        shifts.copy(session, week.slug, source, 0, before)
        lifecycle.open_week(session, week.slug, before)
        _copy_plans(session, source, week)
        simulation.sign_up(session, week, before.now)
        audit.note(session, "rehearsal.begun", weeks.audit_target(source), act)
        return _play_until(session, source, week, boundary(datetime.combine(week.starts, BEGINS), week.zone))


def _copied(session: Session, source: Week, act: Act) -> Week:
    """The row of a rehearsal. Its version begins with the microseconds of its making.

    So nothing that is kept of an earlier rehearsal, or of a later week with the same id, passes for it.
    """
    week = Week(
        slug=slug_for(source.slug), name=f"{source.name} (rehearsal)", timezone=source.timezone, starts=source.starts,
        ends=source.ends, created_at=act.now, version=int(act.now.timestamp() * 1_000_000),
        hand_logs_a_day=source.hand_logs_a_day, sla=source.sla, customers=source.customers,
        rule_set_id=rule_sets.active(session).id, rehearsal_of=source.id,
        rehearsal_now=day_bounds(source.starts, source.ends, source.zone)[0],
    )  # fmt: skip
    session.add(week)
    session.flush()
    announce(session, WeekChanged(week.slug, week.version))
    return week


def _copy_plans(session: Session, source: Week, week: Week) -> None:
    """Plan the freeze and the closing for the same moments; no job looks at them, for the clock is another one."""
    for action, row in schedule.planned(session, source.id).items():
        if action != "open" and row.failure is None:
            session.add(ScheduledChange(**{**row.model_dump(), "week_id": week.id, "id": new_id()}))
    session.flush()


def next_morning(week: Week, now: datetime) -> datetime:
    """The next moment at which clocks there show nine in the morning."""
    day = local_day(now, week.zone)
    first = boundary(datetime.combine(day, MORNING), week.zone)
    return first if first > now else boundary(datetime.combine(day + timedelta(days=1), MORNING), week.zone)


def last_moment(week: Week) -> datetime:
    """The latest moment to which the clock of a week's rehearsal goes."""
    return day_bounds(week.starts, week.ends, week.zone)[1] + AFTER


def move(session: Session, slug: str, to: datetime, act: Act) -> Rehearsal:
    """Move the clock of a week's rehearsal forward, and play what happens until then.

    Raises WeekUnknown, NotFound without a rehearsal, or Malformed at `at` for a moment that is over or too late.
    """
    source = weeks.lock(session, slug, act.now)
    week = require(session, source).week
    with inside(week.slug):
        week = weeks.lock(session, week.slug, act.now)
        if to <= week.clock(act.now):
            raise Malformed.at(at="This clock only goes forward. Choose a later time, or begin another rehearsal.")
        if to > last_moment(week):
            raise Malformed.at(at="That’s more than two weeks after the last day. Choose an earlier time.")
        audit.note(session, "rehearsal.moved", weeks.audit_target(source), act, after={"clock": to.isoformat()})
        return _play_until(session, source, week, to)


def _play_until(session: Session, source: Week, week: Week, to: datetime) -> Rehearsal:
    since = week.clock(to)
    week.rehearsal_now = to
    session.add(week)
    session.flush()
    simulation.play(session, week, since, to)
    weeks.bump_version(session, week)
    session.flush()
    return require(session, source)
