"""Notices by email: each is looked at when it is sent, and then is still true and wanted, or dropped."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from app.domain.notices import wording
from app.domain.notices.emails import Email, Links, compose
from app.domain.notices.model import (
    ABOUT_CARDS,
    ABOUT_DISPLAYS,
    ABOUT_FEEDBACK,
    ABOUT_REVIEWS,
    ABOUT_SOURCES,
    ABOUT_WEEKS,
    ALWAYS,
    FOR_ORGANIZERS,
    KINDS,
    REMINDERS,
    Kind,
    is_kind,
)
from app.domain.notices.timing import is_too_late, minutes_left
from app.domain.shifts.model import LIVE
from app.errors import Conflict, Malformed
from app.models import Notice, NoticeOptOut, Person, Seat, Shift, WaitingEntry, Week
from app.services import notices


class Addresses(NamedTuple):
    """The beginning of our own addresses, and the secret part of the one that ends emails like this."""

    base: str
    unsubscribe: str


class Outgoing(NamedTuple):
    """An email about to be sent; `thread` is the same for all about one shift or team.

    `unsubscribe` is empty for what nobody can switch off.
    """

    email: str
    name: str
    content: Email
    thread: str
    unsubscribe: str


def recipient(session: Session, notice_id: str) -> tuple[str, Kind] | None:
    """Whom a notice is for, and its kind; None for one that is not there any more."""
    notice = session.get(Notice, notice_id)
    return None if notice is None else (notice.person_id, notice.kind)  # type: ignore[return-value]  # ours alone


def begin(session: Session, notice_id: str, addresses: Addresses, now: datetime) -> Outgoing | None:
    """Take a notice to send it now; None where it is sent, or dropped as of no use.

    A reminder that was tried before and never ended may have been sent, so it is dropped; all else is sent once more.
    """
    query = select(Notice).where(Notice.id == notice_id, Notice.channel == "email").with_for_update()
    notice = session.exec(query.execution_options(populate_existing=True)).first()
    if notice is None or notice.sent_at is not None or notice.dropped_at is not None:
        return None
    person = session.get_one(Person, notice.person_id)
    if not _is_wanted(session, notice, person) or not is_true(session, notice, notice.due_at, now):
        notice.dropped_at = now
        session.add(notice)
        return None
    notice.tried_at = now
    session.add(notice)
    return _outgoing(session, notice, person, addresses, now)


def end(session: Session, notice_id: str, now: datetime, *, is_sent: bool) -> None:
    """Note that a notice was sent, or surely not, so that it may be tried again."""
    notice = session.get_one(Notice, notice_id)
    notice.sent_at, notice.tried_at = (now, notice.tried_at) if is_sent else (None, None)
    session.add(notice)


def drop(session: Session, notice_id: str, now: datetime) -> None:
    """Give a notice up."""
    notice = session.get(Notice, notice_id)
    if notice is not None and notice.sent_at is None:
        notice.dropped_at = now
        session.add(notice)


def _is_wanted(session: Session, notice: Notice, person: Person) -> bool:
    was_tried = notice.kind in REMINDERS and notice.tried_at is not None
    opted_out = notice.kind not in ALWAYS and session.get(NoticeOptOut, (person.id, notice.kind)) is not None
    return is_for(notice, person) and not was_tried and not opted_out


def is_for(notice: Notice, person: Person) -> bool:
    """Tell whether somebody may be told of it by now, who may be an organizer no more, or switched off."""
    return person.disabled_at is None and (notice.kind not in FOR_ORGANIZERS or person.role != "player")


def is_true(session: Session, notice: Notice, due: datetime, now: datetime) -> bool:
    """Tell whether what a notice tells of is still so, and in time: it was `due` then, quiet hours included."""
    shift = session.get(Shift, notice.shift_id) if notice.shift_id else None
    if shift is None:
        return notices.is_of_use(session, notice, now)
    kind: Any = notice.kind
    facts = json.loads(notice.facts)
    starts_at = datetime.fromisoformat(facts["start"]) if "start" in facts else None
    if is_too_late(kind, due, starts_at, now):
        return False
    if kind in _NEEDS_SHIFT and (shift.cancelled_at is not None or shift.starts_at != starts_at):
        return False
    if kind == "changed" and shift.version != notice.revision:
        return False  # a later change is told
    if kind in _NEEDS_SEAT:
        return _has_seat(session, notice, ("signed_up",) if kind in REMINDERS else LIVE)
    if kind == "seat-free":
        return shift.taken < shift.seats and _waits(session, notice)
    return notices.is_of_use(session, notice, now)


_NEEDS_SHIFT = frozenset({"day-before", "soon", "changed", "promoted", "signed-up", "seat-free", "offered"})
_NEEDS_SEAT = frozenset({"day-before", "soon", "changed", "promoted", "signed-up"})


def _has_seat(session: Session, notice: Notice, states: tuple[str, ...]) -> bool:
    of_person = (Seat.shift_id == notice.shift_id, Seat.person_id == notice.person_id)
    return session.exec(select(Seat.id).where(*of_person, col(Seat.state).in_(states))).first() is not None


def _waits(session: Session, notice: Notice) -> bool:
    query = select(WaitingEntry.id).where(
        WaitingEntry.shift_id == notice.shift_id,
        WaitingEntry.person_id == notice.person_id,
        WaitingEntry.state == "waiting",
    )
    return session.exec(query).first() is not None


def _outgoing(session: Session, notice: Notice, person: Person, addresses: Addresses, now: datetime) -> Outgoing:
    facts = json.loads(notice.facts)
    minutes = minutes_left(datetime.fromisoformat(facts["start"]), now) if notice.kind == "soon" else None
    words = wording.told(notice.kind, facts, minutes)  # type: ignore[arg-type]  # nobody else writes kinds
    base = addresses.base.rstrip("/")
    unsubscribe = "" if notice.kind in ALWAYS else f"{base}/unsubscribe/{addresses.unsubscribe}"
    links = Links(page_of(session, notice, base), f"{base}/me/settings", unsubscribe)
    return Outgoing(person.email, person.name, compose(person.name, words, links), notice.subject, unsubscribe)


def page_of(session: Session, notice: Notice, base: str) -> str:
    """The address of the page that a notice leads to."""
    slug = session.get_one(Week, notice.week_id).slug
    shifts = f"{base}/organizer/weeks/{slug}/shifts" if notice.kind in FOR_ORGANIZERS else f"{base}/weeks/{slug}/shifts"
    if notice.shift_id:
        return f"{shifts}/{notice.shift_id}"
    elsewhere = {
        **dict.fromkeys(ABOUT_WEEKS, f"{base}/organizer/weeks/{slug}"),
        **dict.fromkeys(ABOUT_DISPLAYS, f"{base}/organizer/displays"),
        **dict.fromkeys(ABOUT_SOURCES, f"{base}/organizer/sources"),
        **dict.fromkeys(ABOUT_REVIEWS, f"{base}/me/reviews"),
        **dict.fromkeys(ABOUT_CARDS, f"{base}/cards/{notice.subject}"),
        **dict.fromkeys(ABOUT_FEEDBACK, f"{base}/weeks/{slug}/feedback"),
    }
    return next((page for kind, page in elsewhere.items() if kind == notice.kind), shifts)


def wanted(session: Session, person_id: str) -> tuple[str, ...]:
    """The kinds of notice that somebody wants email about."""
    unwanted = set(session.exec(select(NoticeOptOut.kind).where(NoticeOptOut.person_id == person_id)))
    return tuple(kind for kind in KINDS if kind in ALWAYS or kind not in unwanted)


def opt_out(session: Session, person_id: str, kind: str, now: datetime) -> None:
    """Send somebody no more email about a kind of notice; a repeat changes nothing. Raises Malformed or Conflict."""
    if not is_kind(kind):
        raise Malformed("There’s no such kind of notice.")
    if kind in ALWAYS:
        raise Conflict("You’re always told when a shift is cancelled or you’re removed: else you’d come for nothing.")
    if session.get(NoticeOptOut, (person_id, kind)) is None:
        session.add(NoticeOptOut(person_id=person_id, kind=kind, created_at=now))
        session.flush()


def choose(session: Session, person_id: str, kinds: set[str], now: datetime, among: Sequence[Kind] = KINDS) -> None:
    """Send somebody email about these kinds of notice, and about no others `among` those they may choose from."""
    known = wanted(session, person_id)
    for kind in among:
        if kind in ALWAYS:
            continue
        if kind not in kinds:
            opt_out(session, person_id, kind, now)
        elif kind not in known:
            session.delete(session.get_one(NoticeOptOut, (person_id, kind)))
    session.flush()
