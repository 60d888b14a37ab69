"""Days that are no ordinary ones: holidays, and those that were not normal."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.text import names
from app.errors import Malformed, NotFound
from app.models import ForecastDay
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

DayKind = Literal["holiday", "not-normal"]
DAY_KINDS: tuple[DayKind, ...] = get_args(DayKind)
LONGEST_NAME = 60
MOST_DAYS = 1_000


def every(session: Session) -> Sequence[ForecastDay]:
    """All marked days, the last one first; at most a thousand."""
    return session.exec(select(ForecastDay).order_by(col(ForecastDay.day).desc()).limit(MOST_DAYS)).all()


def check_name(name: str) -> str:
    """A name, tidied; it may be empty. Raises Malformed."""
    name = names.tidy(name)
    if name and (flaw := names.flaw(name, LONGEST_NAME)):
        raise Malformed(f"The name {flaw}.")
    return name


def mark(session: Session, day: date, kind: DayKind, name: str, act: Act) -> ForecastDay:
    """Mark a day, or mark it otherwise. Raises Malformed for a name that is none, or beyond a thousand days."""
    name = check_name(name)
    found = session.get(ForecastDay, day)
    before = {"kind": found.kind, "name": found.name} if found else None
    if found is None:
        if len(every(session)) >= MOST_DAYS:
            raise Malformed(f"There are {MOST_DAYS:,} marked days. Remove old ones first.")
        found = ForecastDay(day=day, kind=kind, name=name)
    after = {"kind": kind, "name": name}
    if before != after:
        found.kind, found.name = kind, name
        session.add(found)
        session.flush()
        audit.note(session, "forecast.day-marked", _target(found), act, before=before, after=after)
    return found


def unmark(session: Session, day: date, act: Act) -> None:
    """Take the mark of a day away. Raises NotFound without one."""
    found = session.get(ForecastDay, day)
    if found is None:
        raise NotFound("That day isn’t marked.")
    audit.note(session, "forecast.day-unmarked", _target(found), act, before={"kind": found.kind, "name": found.name})
    session.delete(found)
    session.flush()


def of_kind(marked: Sequence[ForecastDay], kind: DayKind) -> frozenset[date]:
    """The days of one kind."""
    return frozenset(each.day for each in marked if each.kind == kind)


def _target(found: ForecastDay) -> AuditTarget:
    return AuditTarget("day", found.day.isoformat(), found.name or found.day.isoformat())
