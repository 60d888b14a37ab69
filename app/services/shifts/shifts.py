"""Shifts of a week: found, locked, and made one by one or from a pattern."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.clock_times import clock_text
from app.domain.calendar.days import boundary, day_bounds
from app.domain.calendar.slot_notes import SlotNote, notes_on
from app.domain.calendar.slots import Pattern, Slot, is_left_out, slot_between, slots_of
from app.domain.shifts.model import ShiftFacts
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Malformed, NotFound
from app.models import Shift, Week
from app.models.columns import is_id
from app.services import topics
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.shifts import refusals, timetable
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

MAX_SEATS = 1_000
LONGEST_LABEL = 60
LONGEST_LINK = 2_000
MINUTES = range(15, 24 * 60 + 1)
LONGEST = timedelta(hours=25)
"""Of a shift: a whole day, also one on which clocks go back."""
_WEB_ADDRESS = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_LOCK = (
    select(Shift)
    .where(Shift.id == bindparam("shift"), Shift.week_id == bindparam("week"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class ShiftFields:
    """The fields of a shift besides its time; `needed` are the people without whom it is not covered."""

    seats: int = 3
    needed: int = 1
    label: str = ""
    place: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """The shifts of a pattern, those that were there before among them, and notes on odd ones."""

    created: int
    unchanged: int
    shifts: tuple[Shift, ...]
    notes: tuple[SlotNote, ...]


def lock(session: Session, week: AnyWeek, shift_id: str) -> Shift:
    """Lock a week's shift until the transaction ends, and read it again. Raises NotFound."""
    shift = session.exec(_LOCK, params={"shift": shift_id, "week": week.id}).first() if is_id(shift_id) else None
    if shift is None:
        raise NotFound("There’s no shift with that id in this week.")
    return shift


def lock_all(session: Session, week: Week) -> None:
    """Lock every shift of a locked week, before what its seats depend on changes: sign-ups lock their shift alone."""
    query = select(Shift.id).where(Shift.week_id == week.id).order_by(Shift.id)
    session.exec(query.with_for_update(key_share=True)).all()


def facts(shift: Shift, week: AnyWeek) -> ShiftFacts:
    """A locked shift as the rules of seats look at it."""
    return ShiftFacts(
        shift.starts_at, shift.ends_at, shift.seats, shift.taken, shift.cancelled_at is not None, week.state == "open"
    )


def of_week(session: Session, week: AnyWeek) -> list[Shift]:
    """The shifts of a week in order of their start, cancelled ones too."""
    query = select(Shift).where(Shift.week_id == week.id).order_by(col(Shift.starts_at), col(Shift.id))
    return list(session.exec(query))


def has_any(session: Session, week: AnyWeek) -> bool:
    """Tell whether the week has a shift that was not cancelled; then nobody logs one by hand."""
    query = select(Shift.id).where(Shift.week_id == week.id, col(Shift.cancelled_at).is_(None)).limit(1)
    return session.exec(query).first() is not None


def has_any_ahead(session: Session, week: AnyWeek, now: datetime) -> bool:
    """Tell whether the week has a shift that is not over or cancelled."""
    query = select(Shift.id).where(Shift.week_id == week.id, col(Shift.cancelled_at).is_(None), Shift.ends_at > now)
    return session.exec(query.limit(1)).first() is not None


def create(session: Session, slug: str, slot: Slot, fields: ShiftFields, act: Act) -> Shift:
    """Make one shift of a week that is not closed. Raises WeekUnknown, Malformed or ShiftRefused."""
    week = hold_for_planning(session, slug, act)
    shift = _add(session, week, slot, check_fields(fields), act)
    audit.note(session, "shift.created", audit_target(shift), act, after={"seats": shift.seats, "week": week.slug})
    return shift


def generate(
    session: Session, slug: str, pattern: Pattern, first: date, last: date, fields: ShiftFields, act: Act, *,
    dry_run: bool = False,
) -> Generated:  # fmt: skip
    """Make the shifts of a pattern on the days from `first` to `last`; one of the same start and label stays as it is.

    On a dry run nothing is kept. Raises WeekUnknown, Malformed or ShiftRefused.
    """
    week = hold_for_planning(session, slug, act)
    _check_pattern(week, pattern, first, last)
    fields = check_fields(fields)
    slots = list(slots_of(pattern, first, last, week.zone))
    known = {(shift.starts_at, shift.label): shift for shift in of_week(session, week)}
    shifts = [
        known.get((slot.starts_at, fields.label)) or _make(week, slot, fields, act)
        for slot in slots
        if not is_left_out(slot, pattern)
    ]
    fresh = [shift for shift in shifts if (shift.starts_at, shift.label) not in known]
    if fresh and not dry_run:
        _keep(session, week, fresh, act)
        audit.note(session, "shifts.generated", weeks.audit_target(week), act, after={"shifts": len(fresh)})
    return Generated(len(fresh), len(shifts) - len(fresh), tuple(shifts), tuple(notes_on(slots, pattern)))


def copy(session: Session, slug: str, source: AnyWeek, days: int, act: Act) -> int:
    """Make another week's shifts in this one, so many days later at the same local times; how many.

    Cancelled ones are left out, and those that clocks skip. Raises WeekUnknown or ShiftRefused.
    """
    week = hold_for_planning(session, slug, act)
    zone, later = week.zone, timedelta(days=days)

    def moved(at: datetime) -> datetime:
        return boundary(at.astimezone(zone).replace(tzinfo=None) + later, zone)

    fresh = [
        _make(week, slot, ShiftFields(shift.seats, shift.needed, shift.label, shift.place, shift.link), act)
        for shift in of_week(session, source)
        if shift.cancelled_at is None
        and (slot := slot_between(moved(shift.starts_at), moved(shift.ends_at), zone)).minutes > 0
    ]
    if fresh:
        _keep(session, week, fresh, act)
        audit.note(session, "shifts.generated", weeks.audit_target(week), act, after={"shifts": len(fresh)})
    return len(fresh)


def _keep(session: Session, week: Week, fresh: Sequence[Shift], act: Act) -> None:
    session.add_all(fresh)
    session.flush()
    if fresh:
        timetable.plan(session, week, fresh, act.now)
        topics.bump(session, week, "shifts")


def hold_for_planning(session: Session, slug: str, act: Act) -> Week:
    """Lock a week whose shifts are to be made. Raises WeekUnknown, or ShiftRefused for a closed week."""
    week = weeks.lock(session, slug, act.now)
    if week.state == "closed":
        raise refusals.problem("week-not-open", f"{apart(week.name)} is closed. Ask an organizer to reopen it.")
    return week


def _check_pattern(week: Week, pattern: Pattern, first: date, last: date) -> None:
    if not week.starts <= first <= last <= week.ends:
        raise Malformed(f"The days must lie within the week, {week.starts} to {week.ends}.")
    if not pattern.weekdays or not pattern.weekdays <= set(range(7)):
        raise Malformed("Name at least one day, from mon to sun.")
    if not 0 <= pattern.start < pattern.until <= 24 * 60:
        raise Malformed("The shifts of a day must begin before they end, between 00:00 and 24:00.")
    if pattern.minutes not in MINUTES:
        raise Malformed(f"A shift lasts {MINUTES.start} to {MINUTES.stop - 1} minutes.")


def check_fields(fields: ShiftFields) -> ShiftFields:
    """The fields of a shift, tidied. Raises Malformed with the first flaw."""
    check_counts(fields.seats, fields.needed)
    label, place = check_line("label", fields.label), check_line("place", fields.place)
    return ShiftFields(fields.seats, fields.needed, label, place, check_link(fields.link))


def check_counts(seats: int, needed: int) -> None:
    """Raise Malformed for numbers of seats that no shift can have."""
    if not 1 <= seats <= MAX_SEATS:
        raise Malformed(f"A shift has 1 to {MAX_SEATS:,} seats.")
    if not 0 <= needed <= seats:
        raise Malformed("“needed” can’t be more than the seats there are.")


def check_line(field: str, text: str) -> str:
    """A label or place, tidied; it may be empty. Raises Malformed."""
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_LABEL)):
        raise Malformed(f"“{field}” {flaw}.")
    return text


def check_link(link: str | None) -> str | None:
    """A web address, or None for an empty one. Raises Malformed."""
    link = (link or "").strip()
    if link and (len(link) > LONGEST_LINK or not _WEB_ADDRESS.fullmatch(link) or names.flaw(link, LONGEST_LINK)):
        raise Malformed(
            f"A link begins with http:// or https://, has no spaces, and at most {LONGEST_LINK:,} characters."
        )
    return link or None


def slot_of(week: Week, starts_at: datetime, ends_at: datetime) -> Slot:
    """The slot between two moments. Raises Malformed where no shift of this week can have it."""
    _check_span(week, starts_at, ends_at)  # first: no clock shows the ends of the calendar everywhere
    return slot_between(starts_at, ends_at, week.zone)


def check_slot(week: Week, slot: Slot) -> None:
    """Raise Malformed for a slot that no shift of this week can have."""
    _check_span(week, slot.starts_at, slot.ends_at)


def _check_span(week: Week, starts_at: datetime, ends_at: datetime) -> None:
    start, end = day_bounds(week.starts, week.ends, week.zone)
    if not start <= starts_at < end:
        raise Malformed(f"A shift must start within its week, {week.starts} to {week.ends} ({week.zone.key}).")
    if starts_at >= ends_at:
        raise Malformed("A shift must end after it starts; clocks may skip the time between.")
    if ends_at - starts_at > LONGEST:
        raise Malformed("A shift lasts at most a day. Make several instead of a longer one.")


def create_missing(session: Session, week: Week, wanted: Sequence[tuple[Slot, ShiftFields]], act: Act) -> list[Shift]:
    """Make those of these checked shifts of which a locked week has none with the same start and label."""
    known = {(shift.starts_at, shift.label) for shift in of_week(session, week)}
    fresh = [_make(week, *each, act) for each in wanted if (each[0].starts_at, each[1].label) not in known]
    _keep(session, week, fresh, act)
    return fresh


def _add(session: Session, week: Week, slot: Slot, fields: ShiftFields, act: Act) -> Shift:
    check_slot(week, slot)
    shift = _make(week, slot, fields, act)
    _keep(session, week, [shift], act)
    return shift


def _make(week: Week, slot: Slot, fields: ShiftFields, act: Act) -> Shift:
    return Shift(
        week_id=week.id, starts_at=slot.starts_at, ends_at=slot.ends_at, local_date=slot.day,
        local_from=clock_text(slot.start), local_until=clock_text(slot.until), zone=week.zone.key,
        seats=fields.seats, needed=fields.needed, label=fields.label, place=fields.place, link=fields.link,
        created_at=act.now, created_by=act.actor.name,
    )  # fmt: skip


def audit_target(shift: Shift) -> AuditTarget:
    """A shift as the audit names it."""
    return AuditTarget("shift", shift.id, refusals.dated(shift))
