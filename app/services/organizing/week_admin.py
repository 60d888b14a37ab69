"""Weeks mended by hand: their name, days and time zone, and drafts that nobody wants any more."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import day_bounds, zone_or_utc
from app.domain.rules import ADJUSTMENT
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.models import LedgerEntry, Seat, Shift, Week
from app.services.intake import deliveries
from app.services.rehearsals import rehearsals
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts import settings
from app.services.weeks import schedule, week_fields, weeks


@dataclass(frozen=True, slots=True)
class WeekFields:
    """The fields of a week that organizers may change; a slug stays, for addresses and links have it."""

    name: str
    timezone: str
    starts: date
    ends: date
    sla: int = 3600
    customers: int | None = None


STALE = (
    "Not saved: another organizer changed this week after you opened this page. Its name and days now stand above. "
    "What you typed is kept. Save again to replace theirs."
)
_NEVER_IN_THE_WAY = {"name", "sla", "customers"}
"""The fields that decide no point, so that they change in closed weeks, too."""


def mark_of(week: Week) -> str:
    """The fields of a week as a form notes that it has shown them."""
    return sha256(repr(_fields_of(week)).encode()).hexdigest()[:16]


def edit(session: Session, slug: str, wanted: WeekFields, act: Act, *, shown: str = "") -> list[str]:
    """Change fields of a week; the names of those that changed.

    `shown` is the mark of those they replace; empty is any, else another organizer's change is told first.
    Raises WeekUnknown, Malformed for what no week can have, or Conflict with the field that something stands against.
    """
    fields = WeekFields(
        week_fields.check_name(wanted.name), week_fields.check_zone(wanted.timezone), wanted.starts, wanted.ends,
        week_fields.check_sla(wanted.sla), week_fields.check_customers(wanted.customers),
    )  # fmt: skip
    week_fields.check_days(fields.starts, fields.ends)
    serialize(session)  # as for opening a week: what is judged by its old days meanwhile would stay outside
    week = weeks.lock(session, slug, act.now)
    before, zone = _fields_of(week), week.zone
    changed = [name for name in WeekFields.__slots__ if getattr(fields, name) != getattr(before, name)]
    if not changed:
        return []
    if shown and shown != mark_of(week):
        raise Conflict(STALE, code="stale")
    if "name" in changed and week.frozen_at is not None:
        raise Conflict.at(name=f"The board of {apart(week.name)} is frozen with its name. Reveal it first.")
    if set(changed) - _NEVER_IN_THE_WAY:
        _check_state(week, changed)
        _check_zone(session, week, fields)
        _check_days(session, week, fields)
    for name in changed:
        setattr(week, name, getattr(fields, name))
    session.add(week)
    session.flush()
    if "timezone" in changed:
        schedule.follow_zone(session, week, zone)
    if set(changed) - _NEVER_IN_THE_WAY:
        scores.rebuild(session, week, rule_sets.rules_of(session, week))  # a score keeps a tally of each day
        deliveries.requeue_outside(session)
    weeks.note(session, week, "changed", act, before=_noted(before, changed), after=_noted(fields, changed))
    weeks.bump_version(session, week)
    return changed


def _fields_of(week: Week) -> WeekFields:
    return WeekFields(week.name, week.timezone, week.starts, week.ends, week.sla, week.customers)


def _noted(fields: WeekFields, names: list[str]) -> dict[str, str]:
    values = {name: getattr(fields, name) for name in names}
    return {name: "unknown" if value is None else str(value) for name, value in values.items()}


def _check_state(week: Week, changed: list[str]) -> None:
    """Raise Conflict where the days of a week decide what was published already."""
    at = "timezone" if "timezone" in changed else changed[0]
    if week.state == "closed":
        raise Conflict.at(**{at: f"{apart(week.name)} is closed, so its days stay. Reopen it first."})
    if week.frozen_at is not None:
        raise Conflict.at(**{at: f"The board of {apart(week.name)} is frozen, so its days stay. Reveal it first."})


def _check_zone(session: Session, week: Week, fields: WeekFields) -> None:
    """Raise Conflict for another zone where there is anything whose day it decides."""
    if fields.timezone == week.timezone:
        return
    entries = session.exec(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.week_id == week.id)).one()
    planned = session.exec(select(func.count()).select_from(Shift).where(Shift.week_id == week.id)).one()
    if entries or planned:
        what = "activities" if entries else "shifts"
        raise Conflict.at(timezone=f"This week has {what} already, whose days depend on {week.timezone}. Keep that.")


def _check_days(session: Session, week: Week, fields: WeekFields) -> None:
    """Raise Conflict for days that leave something out, or Malformed for a sign-up that opens after them."""
    begins, ends = day_bounds(fields.starts, fields.ends, zone_or_utc(fields.timezone))
    outside = select(func.count()).select_from(LedgerEntry).where(
        LedgerEntry.week_id == week.id, LedgerEntry.kind != ADJUSTMENT,
        (col(LedgerEntry.occurred_at) < begins) | (col(LedgerEntry.occurred_at) >= ends),
    )  # fmt: skip
    planned = (
        select(func.count())
        .select_from(Shift)
        .where(Shift.week_id == week.id, (col(Shift.starts_at) < begins) | (col(Shift.starts_at) >= ends))
    )
    for noun, nouns, query in (("activity lies", "activities lie", outside), ("shift lies", "shifts lie", planned)):
        if number := session.exec(query).one():
            what = f"{number:,} {noun if number == 1 else nouns} outside these days. Choose days with all of them."
            raise Conflict.at(**{"starts" if fields.starts > week.starts else "ends": what})
    opens_at = settings.settings_of(session, week).opens_at
    if opens_at is not None and opens_at >= ends:
        raise Malformed.at(ends="Signing up for shifts would open after the last day. Change that first.")


def remove_draft(session: Session, slug: str, act: Act) -> Week:
    """Take a draft out of every list; its short name is free then. Raises WeekUnknown, or Conflict for other weeks.

    The row stays, marked, because teams and the history refer to it.
    """
    week = weeks.lock(session, slug, act.now)
    if week.state != "draft":
        raise Conflict(f"{apart(week.name)} was opened, so it stays. Close it instead.")
    if rehearsals.of_week(session, week) is not None:
        raise Conflict(f"{apart(week.name)} is being rehearsed. Throw the rehearsal away first.")
    seat = select(Seat.id).join(Shift, col(Shift.id) == Seat.shift_id).where(Shift.week_id == week.id).limit(1)
    if session.exec(seat).first() is not None:
        raise Conflict(f"There were sign-ups for a shift of {apart(week.name)}, so it stays.")
    schedule.settle(session, week, *schedule.ACTIONS)
    weeks.note(session, week, "removed", act)
    weeks.bump_version(session, week)
    week.removed_at, week.slug = act.now, f"~{week.id}~{week.slug}"  # no slug, whatever an address says
    session.add(week)
    session.flush()
    return week
