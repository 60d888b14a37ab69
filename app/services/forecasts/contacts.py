"""Contacts: those that were imported, and those that intake's clocks know of."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.forecast.intervals import CHANNELS, Channel, Count
from app.domain.intake.clocks import contact_starts
from app.domain.intake.reports import Author, ClockFact
from app.models import ContactCount, KeptClockFact, WithdrawnActivity
from app.services import clocks
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.people.people import CHUNK, chunks

LONGEST = timedelta(minutes=120)
MOST_FACTS = 400_000
"""Of clocks, the newest, that a history is made of: more would take seconds."""
MOST_CONTACTS = 1_000_000
"""In one interval."""


class Imported(NamedTuple):
    """A line of what was imported: its channel and its count."""

    channel: Channel
    counted: Count


class Outcome(NamedTuple):
    """The outcome of an import: intervals that are new, that changed, and that were so before."""

    added: int
    changed: int
    unchanged: int


def put(session: Session, rows: Sequence[Imported], act: Act) -> Outcome:
    """Keep counts; each replaces those of its channel that it overlaps. Rows of one channel must not overlap."""
    serialize(session)
    added = changed = unchanged = 0
    for channel in CHANNELS:
        wanted = {each.counted.starts_at: each.counted for each in rows if each.channel == channel}
        if not wanted:
            continue
        before = {each.starts_at: each for each in _near(session, channel, wanted)}
        same = {starts_at for starts_at, count in wanted.items() if before.get(starts_at) == count}
        fresh = [count for starts_at, count in wanted.items() if starts_at not in same]
        _remove(session, channel, _overlapped(before.values(), fresh))
        _add(session, channel, fresh)
        unchanged += len(same)
        changed += sum(count.starts_at in before for count in fresh)
        added += sum(count.starts_at not in before for count in fresh)
    outcome = Outcome(added, changed, unchanged)
    if added or changed:
        audit.note(session, "contacts.imported", AuditTarget("contacts", "", "Contacts"), act, after=outcome._asdict())
    return outcome


def _near(session: Session, channel: Channel, wanted: Iterable[datetime]) -> list[Count]:
    """The kept counts that the wanted ones may overlap."""
    moments = sorted(wanted)
    return imported(session, channel, moments[0] - LONGEST, moments[-1] + LONGEST)


def _overlapped(before: Iterable[Count], fresh: Sequence[Count]) -> list[datetime]:
    begins = sorted(each.starts_at for each in fresh)
    ends = sorted(each.starts_at + timedelta(minutes=each.minutes) for each in fresh)
    return [
        each.starts_at
        for each in before
        if bisect_left(begins, each.starts_at + timedelta(minutes=each.minutes)) > bisect_right(ends, each.starts_at)
    ]


def _remove(session: Session, channel: Channel, moments: Sequence[datetime]) -> None:
    for chunk in chunks(moments, CHUNK):
        gone = delete(ContactCount).where(col(ContactCount.channel) == channel, col(ContactCount.starts_at).in_(chunk))
        session.connection().execute(gone)


def _add(session: Session, channel: Channel, counts: Sequence[Count]) -> None:
    if counts:
        session.connection().execute(insert(ContactCount), [{"channel": channel, **each._asdict()} for each in counts])


def imported(session: Session, channel: Channel, since: datetime, until: datetime) -> list[Count]:
    """The imported counts of a channel whose intervals begin from one moment on and before another."""
    query = sql_select(col(ContactCount.starts_at), col(ContactCount.minutes), col(ContactCount.contacts)).where(
        col(ContactCount.channel) == channel,
        col(ContactCount.starts_at) >= since,
        col(ContactCount.starts_at) < until,
    )
    return [Count(*row) for row in session.connection().execute(query.order_by(col(ContactCount.starts_at)))]


def begun(session: Session, channel: Channel, since: datetime, until: datetime) -> list[datetime]:
    """The contacts of a channel that intake's clocks know of, from one moment on and before another."""
    tickets: defaultdict[tuple[str, str], list[ClockFact]] = defaultdict(list)
    for source, ticket, external_id, event, at, author, channel_ in session.connection().execute(
        sql_select(
            col(KeptClockFact.source), col(KeptClockFact.ticket), col(KeptClockFact.external_id),
            col(KeptClockFact.event), col(KeptClockFact.at), col(KeptClockFact.author), col(KeptClockFact.channel),
        )
        .where(col(KeptClockFact.at) >= since, col(KeptClockFact.at) < until)
        .order_by(col(KeptClockFact.at).desc())
        .limit(MOST_FACTS)
    ):  # fmt: skip
        fact = ClockFact(ticket, event, at, external_id, Author((author,)) if author else None, channel_)  # type: ignore[arg-type]  # the table's check
        tickets[source, ticket].append(fact)
    sources = {source for source, _ in tickets}
    withdrawn = {source: _withdrawn(session, source) for source in sources}
    services = {source: clocks.service_accounts(session, source) for source in sources}
    return [
        each.at
        for (source, _), facts in tickets.items()
        for each in contact_starts(facts, withdrawn[source], services[source])
        if (each.channel or "email") == channel
    ]


def _withdrawn(session: Session, source: str) -> frozenset[str]:
    query = sql_select(col(WithdrawnActivity.external_id)).where(
        col(WithdrawnActivity.source) == source, col(WithdrawnActivity.cause) == "private"
    )
    return frozenset(session.connection().execute(query).scalars())
