"""Reminders before a shift: a job for each, planned when a seat is taken, that reads who has a seat when it is due."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from app.domain.notices.model import Kind
from app.domain.notices.timing import LEADS, is_too_late, remind_at
from app.models import Seat, Shift
from app.services import jobs, notices, shift_stages
from app.services.jobs import Planned
from app.services.notices import News
from app.services.shifts import refusals
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

REMIND: Final = "shifts.remind"


def plan(session: Session, week: AnyWeek, shift: Shift, now: datetime) -> None:
    """Have everybody who then has a seat reminded, once for each start that the shift ever has.

    What is due already is not planned: whoever takes a seat so late knows. Nobody is reminded in a rehearsal.
    """
    if week.rehearsal_of is not None:
        return
    planned = [_planned(shift, kind, at) for kind in LEADS if (at := remind_at(kind, shift.starts_at)) > now]
    jobs.enqueue_all(session, REMIND, planned)
    if shift.starts_at > now:
        shift_stages.plan(session, shift)


def plan_missed(session: Session, shifts: Iterable[Shift], now: datetime) -> None:
    """Have reminders sent at once that came due while their week was closed, as far as they are of use still."""
    planned = [
        _planned(shift, kind, at, again=f":{now.isoformat()}")
        for shift in shifts
        for kind in LEADS
        if (at := remind_at(kind, shift.starts_at)) <= now and not is_too_late(kind, at, shift.starts_at, now)
    ]
    jobs.enqueue_all(session, REMIND, planned)


def _planned(shift: Shift, kind: Kind, at: datetime, *, again: str = "") -> Planned:
    start = shift.starts_at.isoformat()
    key = f"{REMIND}:{kind}:{shift.id}:{start}{again}"
    return Planned({"shift": shift.id, "kind": kind, "start": start}, at, key)


def remind(session: Session, shift_id: str, kind: Kind, start: str, now: datetime) -> int:
    """Remind whoever has a seat of a shift that still starts then, in an open week; the number of people.

    Who checked in is there already. Never early, though jobs go by the real time and shifts by the game's.
    """
    shift = session.get(Shift, shift_id)
    starts_at = datetime.fromisoformat(start)
    due = remind_at(kind, starts_at)
    if shift is None or shift.cancelled_at is not None or shift.starts_at != starts_at or not due <= now < starts_at:
        return 0
    week = weeks.find_by_id(session, shift.week_id)
    if week.state != "open" or week.rehearsal_of is not None:
        return 0
    people = session.exec(select(Seat.person_id).where(Seat.shift_id == shift.id, Seat.state == "signed_up")).all()
    facts = {"when": refusals.dated(shift), "label": shift.label, "place": shift.place, "week": week.name}
    news = News(kind, shift.id, int(starts_at.timestamp()), facts, shift.id, starts_at, due)
    return notices.tell(session, week, people, news, now)
