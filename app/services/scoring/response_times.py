"""Response times as they are now, or were at a version: the latest timing, else what was recorded."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Label, func, literal
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.intake.clocks import REPLY
from app.domain.view import EVERYTHING, View
from app.models import KeptClockFact, LedgerEntry, Timing
from app.services import clocks
from app.services.people.people import CHUNK, chunks
from app.services.weeks.weeks import AnyWeek

_NONE = -1
"""Stands for a timing that says "none" inside a statement, where NULL stands for "no timing"."""


class Late(NamedTuple):
    """An activity whose response time is another than the clocks of its ticket say, with theirs."""

    entry: LedgerEntry
    seconds: int | None


def seconds(version: Any = None) -> Label[int | None]:
    """The column `response_seconds` of a query of ledger entries, as it was at a version; without one, as it is."""
    latest = sql_select(func.coalesce(col(Timing.response_seconds), literal(_NONE, Integer))).where(
        col(Timing.activity_seq) == LedgerEntry.seq
    )
    if version is not None:
        latest = latest.where(col(Timing.version) <= version)
    timing: ColumnElement[int] = (
        latest.order_by(col(Timing.ordinal).desc()).limit(1).correlate(LedgerEntry).scalar_subquery()
    )
    effective = func.nullif(func.coalesce(timing, col(LedgerEntry.response_seconds)), literal(_NONE, Integer))
    return effective.label("response_seconds")


def of_entries(session: Session, entries: Iterable[LedgerEntry], view: View) -> dict[int, int | None]:
    """The response times of entries, by their number, as a view has them."""
    found = {entry.seq: entry.response_seconds for entry in entries}
    for chunk in chunks(found, CHUNK):
        query = select(Timing.activity_seq, Timing.response_seconds).where(col(Timing.activity_seq).in_(chunk))
        if view.upto is not None:
            query = query.where(Timing.version <= view.upto)
        found.update(session.exec(query.order_by(col(Timing.ordinal))).all())
    return found


def pending(session: Session, week: AnyWeek, *, after: int = 0) -> list[Late]:
    """The activities of a week whose response time is another than the clocks say; only those of versions `after`."""
    query = (
        select(LedgerEntry.source, LedgerEntry.external_id)
        .where(
            LedgerEntry.week_id == week.id, LedgerEntry.kind == REPLY, LedgerEntry.version > after,
            select(KeptClockFact.ticket)
            .where(
                KeptClockFact.source == LedgerEntry.source, KeptClockFact.external_id == LedgerEntry.external_id,
                KeptClockFact.event == "staff",
            )
            .exists(),
        )
    )  # fmt: skip
    by_source: dict[str, list[str]] = {}
    for source, reply in session.exec(query):
        by_source.setdefault(source, []).append(reply)
    return [
        each
        for source, replies in sorted(by_source.items())
        for chunk in chunks(replies, CHUNK)
        for each in late(session, week, source, clocks.of_replies(session, source, chunk))
    ]


def late(session: Session, week: AnyWeek, source: str, values: clocks.Values) -> Iterator[Late]:
    """The activities of a week whose response time is none of these values of a source's replies."""
    for chunk in chunks(sorted(values), CHUNK):
        query = select(LedgerEntry).where(
            LedgerEntry.week_id == week.id, LedgerEntry.source == source, LedgerEntry.kind == REPLY,
            col(LedgerEntry.external_id).in_(chunk),
        )  # fmt: skip
        entries = session.exec(query.order_by(col(LedgerEntry.seq))).all()
        known = of_entries(session, entries, EVERYTHING)
        yield from (
            Late(entry, values[entry.external_id]) for entry in entries if known[entry.seq] != values[entry.external_id]
        )
