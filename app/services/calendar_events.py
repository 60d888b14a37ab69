"""Calendar events as calendars were given them: one that says anything else than before gets a higher number."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.domain.shifts.feed import KEPT, FeedEntry
from app.models import CalendarEvent
from app.services.people.people import CHUNK, chunks


def known(session: Session, entries: Sequence[FeedEntry]) -> list[FeedEntry] | None:
    """These events with the numbers and moments they were given; None where one is new or says anything else."""
    given = _given(session, entries)
    if all(entry.uid in given and given[entry.uid].sha256 == _digest(entry) for entry in entries):
        return [_numbered(entry, given[entry.uid]) for entry in entries]
    return None


def publish(session: Session, entries: Sequence[FeedEntry], now: datetime) -> list[FeedEntry]:
    """These events, numbered anew where they say anything else than before; after `serialize`.

    So no list of what an event depends on has to be kept: a name that changes without a trace is noticed, too. What
    left no moment behind is dated now.
    """
    given = _given(session, entries)
    for entry in entries:
        digest, last = _digest(entry), given.get(entry.uid)
        if last is None:
            given[entry.uid] = _keep(session, entry, digest, entry.sequence, entry.changed_at)
        elif last.sha256 != digest:
            changed_at = entry.changed_at if entry.changed_at > last.changed_at else now
            given[entry.uid] = _keep(session, entry, digest, max(entry.sequence, last.sequence + 1), changed_at)
    return [_numbered(entry, given[entry.uid]) for entry in entries]


def forget(session: Session, now: datetime) -> int:
    """Delete what calendars were given of shifts that no feed shows any more; how many."""
    gone = col(CalendarEvent.ends_at) <= now - KEPT
    return session.connection().execute(delete(CalendarEvent).where(gone)).rowcount


def _given(session: Session, entries: Sequence[FeedEntry]) -> dict[str, CalendarEvent]:
    """The events as they were given last, by their identity."""
    found: dict[str, CalendarEvent] = {}
    for chunk in chunks([entry.uid for entry in entries], CHUNK):
        query = select(CalendarEvent).where(col(CalendarEvent.uid).in_(chunk))
        found |= {event.uid: event for event in session.exec(query)}
    return found


def _keep(session: Session, entry: FeedEntry, digest: str, sequence: int, changed_at: datetime) -> CalendarEvent:
    event = CalendarEvent(uid=entry.uid, sha256=digest, sequence=sequence, changed_at=changed_at, ends_at=entry.ends_at)
    return session.merge(event)


def _digest(entry: FeedEntry) -> str:
    return sha256(repr(astuple(entry)).encode(errors="surrogatepass")).hexdigest()


def _numbered(entry: FeedEntry, given: CalendarEvent) -> FeedEntry:
    return replace(entry, sequence=given.sequence, changed_at=given.changed_at)
