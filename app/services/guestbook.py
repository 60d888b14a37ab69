"""The guestbook of a week: what people write about it, withdraw, hide, and may be quoted with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from app.domain.actor import Act, Actor
from app.domain.calendar.days import local_day
from app.domain.shifts.model import LIVE
from app.domain.text import passages
from app.domain.text.direction import apart
from app.domain.view import View
from app.errors import Conflict, Malformed, NotAllowed, NotFound
from app.models import GuestbookEntry, Person, Seat, Shift, Week
from app.models.columns import is_id
from app.services import paging, reasons, topics
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.paging import Page
from app.services.shifts import refusals
from app.services.weeks import weeks

LONGEST = 1_000  # characters of each text: a paragraph or two, for this is no report
MOST_PER_PERSON = 50  # entries in a week, withdrawn ones too: more than a shift a day for seven weeks
DAYS_AFTER = timedelta(days=30)
"""Days after its last one on which a week's guestbook takes entries: people write after the week too."""
MAX_SHIFTS = 20  # of one's own to choose from, the newest


@dataclass(frozen=True, slots=True)
class GuestbookItem:
    """An entry as its reader may see it: by whom, and when its shift was, if any ("Mon 30 Nov 06:00–08:00 PST")."""

    entry: GuestbookEntry
    person: str
    shift: str

    def is_of(self, actor: Actor | None) -> bool:
        """Tell whether somebody wrote it."""
        return actor is not None and actor.person_id == self.entry.person_id


class Quote(NamedTuple):
    """Words about what worked, and whose they are: their author agreed to show both."""

    id: str
    text: str
    person: str


def closes(week: Week, now: datetime) -> bool:
    """Tell whether a week's guestbook takes no more entries."""
    return local_day(now, week.zone) > week.ends + DAYS_AFTER


def check_text(text: str) -> str:
    """A text as it is kept; it may be empty. Raises Malformed."""
    text = passages.tidy(text)
    if flaw := passages.flaw(text, LONGEST):
        raise Malformed(f"The text {flaw}. Change that and try again.")
    return text


def write(
    session: Session,
    slug: str,
    person_id: str,
    worked: str,
    improve: str,
    act: Act,
    *,
    shift_id: str | None = None,
    is_public: bool,
    may_quote: bool,
) -> GuestbookEntry:
    """Write an entry, about the week or a shift in which the person has a seat; the same again is the one there is.

    Raises WeekUnknown, NotAllowed for anybody else's, Malformed, NotFound for the shift, or Conflict: the week is a
    draft or long over, or the person has written enough.
    """
    if act.actor.kind not in {"command", "system"} and act.actor.person_id != person_id:
        raise NotAllowed("You can write in your own name only.")
    worked, improve = check_text(worked), check_text(improve)
    if not worked and not improve:
        raise Malformed("Write what worked, or what should improve.")
    if may_quote and not (is_public and worked):
        raise Malformed("Only what worked can be quoted, and only where everyone may read it.")
    week = weeks.find(session, slug, act.now)
    _require_writable(week, act.now)
    if shift_id is not None:
        _require_seat(session, week, shift_id, person_id)
    entry = GuestbookEntry(
        week_id=week.id, person_id=person_id, shift_id=shift_id, worked=worked, improve=improve,
        is_public=int(is_public), may_quote=int(may_quote), written_at=act.now,
    )  # fmt: skip
    # Locked, so that a form sent twice finds its first entry, and nobody writes more than they may.
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)).one()
    if (first := _same(session, entry)) is not None:
        return first
    _require_room(session, week, person_id)
    session.add(entry)
    _changed(session, week)
    return entry


def _require_writable(week: Week, now: datetime) -> None:
    if week.state == "draft":
        raise Conflict(f"{apart(week.name)} is a draft. Its guestbook opens with the week.")
    if closes(week, now):
        raise Conflict(f"{apart(week.name)} ended weeks ago. Its guestbook is closed.")


def _require_seat(session: Session, week: Week, shift_id: str, person_id: str) -> None:
    if all(shift.id != shift_id for shift in _shifts_of(session, week, person_id)):
        raise NotFound("You have no seat in that shift. Choose one of yours, or none.")


def _same(session: Session, entry: GuestbookEntry) -> GuestbookEntry | None:
    """The standing entry of the same person that says the same about the same."""
    names = ("week_id", "person_id", "worked", "improve", "is_public", "may_quote")
    query = select(GuestbookEntry).where(*(getattr(GuestbookEntry, name) == getattr(entry, name) for name in names))
    of_shift = col(GuestbookEntry.shift_id)
    return session.exec(
        query.where(of_shift.is_(None) if entry.shift_id is None else of_shift == entry.shift_id)
    ).first()


def _require_room(session: Session, week: Week, person_id: str) -> None:
    query = select(func.count()).where(GuestbookEntry.week_id == week.id, GuestbookEntry.person_id == person_id)
    if session.exec(query).one() >= MOST_PER_PERSON:
        raise Conflict(f"You have written {MOST_PER_PERSON} entries this week, which is the most there may be.")


def my_shifts(session: Session, week: Week, person_id: str, now: datetime) -> list[tuple[str, str]]:
    """The shifts of a week that a person has a seat in and that have begun, newest first: id and time."""
    begun = [shift for shift in _shifts_of(session, week, person_id) if shift.starts_at <= now]
    return [(shift.id, refusals.dated(shift)) for shift in begun[:MAX_SHIFTS]]


def _shifts_of(session: Session, week: Week, person_id: str) -> Sequence[Shift]:
    took = select(Seat.shift_id).where(Seat.person_id == person_id, col(Seat.state).in_(LIVE))
    query = select(Shift).where(Shift.week_id == week.id, col(Shift.id).in_(took))
    return session.exec(query.order_by(col(Shift.starts_at).desc())).all()


def withdraw(session: Session, slug: str, entry_id: str, act: Act) -> None:
    """Withdraw one's own entry for good: its words are erased. Raises WeekUnknown or NotFound."""
    week, entry = _lock(session, slug, entry_id, act)
    if entry.person_id != act.actor.person_id:
        raise NotFound(_UNKNOWN)
    entry.worked = entry.improve = ""
    entry.withdrawn_at = act.now
    audit.note(session, "guestbook.withdrawn", _target(session, entry), act)
    _changed(session, week)


def hide(session: Session, slug: str, entry_id: str, act: Act, *, reason: str) -> None:
    """Hide an entry from everyone but its author and organizers. Raises WeekUnknown, NotFound or Malformed."""
    reason = reasons.require(reason)
    week, entry = _lock(session, slug, entry_id, act)
    if entry.hidden_at is not None:
        return
    entry.hidden_at, entry.hidden_reason = act.now, reason
    audit.note(session, "guestbook.hidden", _target(session, entry), act, after={"reason": reason})
    _changed(session, week)


def show(session: Session, slug: str, entry_id: str, act: Act) -> None:
    """Show a hidden entry again. Raises WeekUnknown or NotFound."""
    week, entry = _lock(session, slug, entry_id, act)
    if entry.hidden_at is None:
        return
    entry.hidden_at = entry.hidden_reason = None
    audit.note(session, "guestbook.shown", _target(session, entry), act)
    _changed(session, week)


_UNKNOWN = "There’s no such entry in this guestbook. It may have been withdrawn."


def _lock(session: Session, slug: str, entry_id: str, act: Act) -> tuple[Week, GuestbookEntry]:
    week = weeks.find(session, slug, act.now)
    query = select(GuestbookEntry).where(GuestbookEntry.id == entry_id, GuestbookEntry.week_id == week.id, _STANDS)
    entry = session.exec(query.with_for_update()).first() if is_id(entry_id) else None
    if entry is None:
        raise NotFound(_UNKNOWN)
    return week, entry


def _target(session: Session, entry: GuestbookEntry) -> AuditTarget:
    return AuditTarget("guestbook", entry.id, f"Entry of {session.get_one(Person, entry.person_id).name}")


def _changed(session: Session, week: Week) -> None:
    session.flush()
    topics.bump(session, week, "guestbook")


_STANDS = col(GuestbookEntry.withdrawn_at).is_(None)
_IS_SHOWN = and_(col(GuestbookEntry.is_public) == 1, col(GuestbookEntry.hidden_at).is_(None))


def page(
    session: Session, week: Week, actor: Actor | None, view: View, *, cursor: str | None, limit: int
) -> Page[GuestbookItem]:
    """Up to `limit` entries after the cursor, newest first: all for organizers, else what is public and one's own.

    Names are those of the view. Raises Malformed for a cursor that is not of this list.
    """
    query = select(GuestbookEntry, Person, Shift).where(GuestbookEntry.week_id == week.id, _STANDS, _may_read(actor))
    query = query.join(Person, col(Person.id) == GuestbookEntry.person_id)
    query = query.outerjoin(Shift, col(Shift.id) == GuestbookEntry.shift_id)
    at, number = col(GuestbookEntry.written_at), col(GuestbookEntry.id)
    if cursor:
        [last, *_] = paging.last_before(cursor, lambda id_: session.exec(query.where(GuestbookEntry.id == id_)).first())
        query = query.where(or_(at < last.written_at, and_(at == last.written_at, number < last.id)))
    found = session.exec(query.order_by(at.desc(), number.desc()).limit(limit + 1)).all()
    items = [
        GuestbookItem(entry, view.name_of(person.id, person.name), refusals.dated(shift) if entry.shift_id else "")
        for entry, person, shift in found
    ]
    return paging.cut(items, limit, lambda item: item.entry.id)


def _may_read(actor: Actor | None) -> ColumnElement[bool]:
    if actor is not None and actor.may("admin"):
        return _STANDS
    if actor is None or actor.person_id is None:
        return _IS_SHOWN
    return or_(_IS_SHOWN, col(GuestbookEntry.person_id) == actor.person_id)


def quotes(session: Session, week: Week, view: View, *, limit: int, longest: int) -> list[Quote]:
    """The newest texts about what worked that everyone may read and their authors agreed to be quoted with.

    Longer ones end with “…” after at most `longest` characters.
    """
    query = (
        select(GuestbookEntry, Person)
        .join(Person, col(Person.id) == GuestbookEntry.person_id)
        .where(GuestbookEntry.week_id == week.id, _STANDS, _IS_SHOWN, GuestbookEntry.may_quote == 1)
        .order_by(col(GuestbookEntry.written_at).desc(), col(GuestbookEntry.id).desc())
    )
    return [
        Quote(entry.id, passages.excerpt(entry.worked, longest), view.name_of(person.id, person.name))
        for entry, person in session.exec(query.limit(limit))
    ]
