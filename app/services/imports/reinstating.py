"""Rows whose activity was undone with its import: an equal one reinstates it, another one is refused."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.domain.draft import Draft, Flaw, Key, Reading
from app.models import LedgerEntry, Person, Reversal
from app.services.imports import history
from app.services.imports.batch import Line
from app.services.people import aliases, people
from app.services.people.people import CHUNK
from app.services.weeks.weeks import AnyWeek

_COMPARED = ("person", "occurred_at", "subject", "response_seconds", "url", "note")
_DIFFERS = (
    "An import that was undone has this activity with other values ({}). "
    "Make the row equal to reinstate it, or give it another external_id."
)


class UndoneEntry(NamedTuple):
    """An activity reversed by the undoing of its import: its number in the ledger, and its values."""

    seq: int
    values: tuple[Any, ...]


class Judged(NamedTuple):
    """Lines as they go on, and the numbers in the ledger and keys of activities that are reinstated."""

    lines: Sequence[Line]
    reinstated: list[int]
    keys: frozenset[Key] = frozenset()


def judge(session: Session, week: AnyWeek, lines: Sequence[Line]) -> Judged:
    """Look for lines whose activity was undone; one that differs from it becomes a bad line."""
    undone = _undone(session, week, {line.reading.key for line in lines if line.reading.key is not None})
    if not undone:
        return Judged(lines, [])
    reinstated: dict[Key, int] = {}
    written = {line.reading.draft.person for line in lines if line.reading.draft and line.reading.key in undone}
    known = people.by_email(session, (each for each in written if isinstance(each, str)))
    judged = [_judge(line, undone, reinstated, known) for line in lines]
    return Judged(judged, list(reinstated.values()), frozenset(reinstated))


def _judge(line: Line, undone: dict[Key, UndoneEntry], reinstated: dict[Key, int], known: Mapping[str, Person]) -> Line:
    key = line.reading.key
    entry = undone.get(key) if key is not None and key not in reinstated else None
    if key is None or entry is None or line.reading.draft is None:
        return line
    different = [
        name
        for name, mine, theirs in zip(_COMPARED, _values(line.reading.draft, known), entry.values, strict=True)
        if mine != theirs
    ]
    if different:
        return Line(line.number, Reading(None, flaws=(Flaw("", _DIFFERS.format(", ".join(different))),)))
    reinstated[key] = entry.seq
    return line


def _values(draft: Draft, known: Mapping[str, Person]) -> tuple[Any, ...]:
    """The values of a draft, its person by their main e-mail, whichever of theirs it has."""
    person = known.get(draft.person) if isinstance(draft.person, str) else None
    return (person.email if person else draft.person, *(getattr(draft, name) for name in _COMPARED[1:]))


def _undone(session: Session, week: AnyWeek, keys: Collection[Key]) -> dict[Key, UndoneEntry]:
    """The undone activities of a week by their keys; for few lines, those that have one of their ids alone."""
    versions = history.undone_versions(session, week)
    if not versions:
        return {}
    wanted = [col(LedgerEntry.external_id).in_({key.external_id for key in keys})] if len(keys) <= CHUNK else []
    newest = (
        sql_select(col(Reversal.activity_seq).label("seq"))
        .group_by(col(Reversal.activity_seq))
        .having(func.count() % 2 == 1, func.max(Reversal.version).in_(versions))
        .subquery()
    )
    columns: tuple[Any, ...] = (
        LedgerEntry.source, LedgerEntry.kind, LedgerEntry.external_id, LedgerEntry.seq, Person.email,
        LedgerEntry.occurred_at, LedgerEntry.subject, LedgerEntry.response_seconds, LedgerEntry.url, LedgerEntry.note,
    )  # fmt: skip
    query = (
        sql_select(*columns)
        .join(newest, newest.c.seq == LedgerEntry.seq)
        .join(Person, col(Person.id) == aliases.owner_id(col(LedgerEntry.person_id)))
        .where(col(LedgerEntry.week_id) == week.id, *wanted)
    )
    return {
        Key(source, kind, external_id): UndoneEntry(seq, tuple(values))
        for source, kind, external_id, seq, *values in session.connection().execute(query)
    }
