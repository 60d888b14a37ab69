"""The schedule of a week: its opening, freeze and closing at times that organizers set, until each has happened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.days import boundary, day_bounds, moment_at
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.models import ScheduledChange, Week
from app.models.columns import new_id
from app.services import jobs
from app.services.audit import audit
from app.services.weeks import weeks

CHANGE: Final = "week.change"
"""The kind of the job that does what is planned."""

Action = Literal["open", "freeze", "close"]
ACTIONS: tuple[Action, ...] = get_args(Action)
NOUNS: Mapping[str, str] = {"open": "opening", "freeze": "freeze", "close": "closing"}

LONGEST_GRACE = 7 * 24 * 60
"""Minutes: whoever reports later than a week after is not waited for."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:00)?", re.ASCII)
LATEST = timedelta(days=366)
"""The latest time after a week's last day, or from now on: a mistyped year is told."""

Planned = Mapping[Action, ScheduledChange]


class Slot(NamedTuple):
    """The moment of a change, and for a closing the minutes after it that late reports still have."""

    at: datetime
    grace_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The moments, in UTC, at which a week opens, freezes and closes by itself; None for what isn’t planned."""

    opens_at: datetime | None = None
    freezes_at: datetime | None = None
    closes_at: datetime | None = None


NOTHING = Upcoming()


def planned(session: Session, week_id: int) -> Planned:
    """The changes that are planned of a week, or could not happen, by action in the order of its life."""
    rows = {row.action: row for row in session.exec(select(ScheduledChange).where(ScheduledChange.week_id == week_id))}
    return {action: rows[action] for action in ACTIONS if action in rows}


def failed(session: Session) -> list[tuple[Week, ScheduledChange]]:
    """The changes of all weeks that could not happen at their times, with their weeks, the oldest first."""
    query = select(Week, ScheduledChange).join(ScheduledChange, col(ScheduledChange.week_id) == Week.id)
    query = query.where(col(ScheduledChange.failure).is_not(None), col(Week.removed_at).is_(None))
    return list(session.exec(query.order_by(col(ScheduledChange.at), col(Week.id))))


def upcoming(session: Session, week_id: int) -> Upcoming:
    """The moments that are still ahead of a week, as everybody may know them."""
    rows = planned(session, week_id)
    at = {action: row.due_at for action, row in rows.items() if row.failure is None}
    return Upcoming(at.get("open"), at.get("freeze"), at.get("close"))


def read_local(text: str) -> datetime:
    """A local time as people type it, `2022-09-16 15:00` or with a T, without a zone. Raises Malformed."""
    try:
        # The pattern first: fromisoformat also takes week dates, offsets and digits without hyphens.
        return datetime.fromisoformat(text.strip() if _MOMENT.fullmatch(text.strip()) else "")
    except ValueError:
        raise Malformed("Write a day and a time, such as 2022-09-16 15:00.") from None


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a local time of a week, in UTC. Raises Malformed for one that its clocks skip."""
    if (at := moment_at(local.date(), local.time(), zone)) is None:
        raise Malformed("Clocks skip that time on that day. Choose another one.")
    return at


def change(
    session: Session, slug: str, wanted: Mapping[Action, Slot | None], act: Act, *, seen: str | None = None
) -> Planned:
    """Plan changes of a week, plan them anew, or no longer (None); what is left out stays. All that is planned then.

    `seen` is the id of the plan that is replaced, "" for none; without it, it may be any. Raises WeekUnknown, Malformed
    or Conflict at the field of the action, or Conflict where somebody else changed the plan meanwhile.
    """
    week = weeks.lock(session, slug, act.now)
    every = dict(planned(session, week.id))
    for action, slot in wanted.items():
        known = every.pop(action, None)
        if seen is not None and seen != (known.id if known else ""):
            raise Conflict("Not saved: someone changed this plan meanwhile. Look at it, then save again.")
        if slot is None:
            _drop(session, week, known, act)
        else:
            _check_state(week, action)
            _check_moment(week, action, slot, act.now)
            every[action] = _plan(session, week, action, slot, known, act)
    _check_order(week, every, wanted)
    weeks.bump_version(session, week)
    return {action: every[action] for action in ACTIONS if action in every}


def _plan(
    session: Session, week: Week, action: Action, slot: Slot, known: ScheduledChange | None, act: Act
) -> ScheduledChange:
    before = _details(known) if known else None
    row = known or ScheduledChange(week_id=week.id, action=action, at=slot.at, by="")
    row.id, row.at, row.grace_minutes, row.failure = new_id(), slot.at, slot.grace_minutes, None
    row.by, row.person_id = act.actor.name, act.actor.person_id
    session.add(row)
    session.flush()
    enqueue(session, row, row.due_at)
    audit.note(session, "week.scheduled", weeks.audit_target(week), act, before=before, after=_details(row))
    return row


def _drop(session: Session, week: Week, known: ScheduledChange | None, act: Act) -> None:
    if known is not None:
        audit.note(session, "week.unscheduled", weeks.audit_target(week), act, before=_details(known))
        session.delete(known)
        session.flush()


def enqueue(session: Session, row: ScheduledChange, run_at: datetime) -> None:
    """Have a change looked at when it is due, once for each moment."""
    payload = {"week": row.week_id, "action": row.action, "id": row.id}
    jobs.enqueue(session, CHANGE, payload, run_at=run_at, key=f"{CHANGE}:{row.id}:{run_at.isoformat()}")


def settle(session: Session, week: Week, *actions: Action) -> None:
    """Forget plans of a locked week that came about, by themselves or by hand, or can’t any more."""
    for action, row in planned(session, week.id).items():
        if action in actions:
            session.delete(row)
    session.flush()


def follow_zone(session: Session, week: Week, before: ZoneInfo) -> None:
    """Keep the local times of what is planned of a locked week whose time zone is another one now."""
    for row in planned(session, week.id).values():
        row.id, row.at = new_id(), boundary(row.at.astimezone(before).replace(tzinfo=None), week.zone)
        session.add(row)
        session.flush()
        if row.failure is None:
            enqueue(session, row, row.due_at)


def _check_state(week: Week, action: Action) -> None:
    if week.state == "closed":
        raise Conflict.at(**{action: f"{apart(week.name)} is closed. Reopen it first."})
    if action == "open" and week.state != "draft":
        raise Conflict.at(open=f"{apart(week.name)} is open already.")
    if action == "freeze" and week.frozen_at is not None:
        raise Conflict.at(freeze=f"{apart(week.name)} is frozen already. Reveal it first.")


def _check_moment(week: Week, action: Action, slot: Slot, now: datetime) -> None:
    if slot.at <= now:
        raise Malformed.at(**{action: "That time is over. Choose one that’s still to come."})
    if slot.at >= max(now, day_bounds(week.starts, week.ends, week.zone)[1]) + LATEST:
        raise Malformed.at(**{action: "That’s more than a year ahead. Choose an earlier time."})
    if not 0 <= slot.grace_minutes <= (LONGEST_GRACE if action == "close" else 0):
        raise Malformed.at(grace_minutes="Grace is for a closing, and at most a week.")


def _check_order(week: Week, every: Planned, wanted: Mapping[Action, Slot | None]) -> None:
    """Raise Conflict for a change that would come before one that has to come first."""
    at = {name: every[name].due_at for name in ACTIONS if name in every and every[name].failure is None}
    for first, then in pairwise(at):
        if at[first] >= at[then]:
            late = wanted.get(then) is None
            field, other = (first, then) if late else (then, first)
            when = f"{at[other].astimezone(week.zone):%Y-%m-%d %H:%M}"
            side = "before" if late else "after"
            raise Conflict.at(**{field: f"The {NOUNS[field]} has to come {side} the {NOUNS[other]}, {when}."})


def _details(row: ScheduledChange) -> dict[str, str]:
    grace = {"grace": f"{row.grace_minutes} min"} if row.grace_minutes else {}
    return {"action": row.action, "at": row.at.isoformat(timespec="minutes"), **grace}
