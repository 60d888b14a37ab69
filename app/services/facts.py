"""The ledger as scoring wants it: live activities with their team, and adjustments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from app.domain.activity import Activity, Adjustment
from app.domain.memberships import Join, team_at
from app.domain.rules import ADJUSTMENT
from app.models import LedgerEntry, Reversal, Week

_ACTIVITY: tuple[Any, ...] = (
    LedgerEntry.id,
    LedgerEntry.kind,
    LedgerEntry.person_id,
    LedgerEntry.occurred_at,
    LedgerEntry.source,
    LedgerEntry.external_id,
    LedgerEntry.subject,
    LedgerEntry.response_seconds,
)
_ADJUSTMENT: tuple[Any, ...] = (
    LedgerEntry.id,
    LedgerEntry.team_id,
    LedgerEntry.points,
    LedgerEntry.reason,
    LedgerEntry.occurred_at,
)


def live_activities(
    session: Session,
    week: Week,
    joins: Mapping[str, Sequence[Join]],
    *,
    people: Iterable[str] | None = None,
    upto: int | None = None,
) -> list[Activity]:
    """The week's activities that are not reversed, with the team each counts for; of all people or of some.

    `upto` looks back: only what the ledger held at that version of the week.
    """
    query = select(*_ACTIVITY).where(
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.kind) != ADJUSTMENT, is_live(upto)
    )
    if people is not None:
        query = query.where(col(LedgerEntry.person_id).in_(list(people)))
    return [
        Activity(id_, kind, person, team_at(joins.get(person, ()), at), at, source, external_id, subject, seconds)
        for id_, kind, person, at, source, external_id, subject, seconds in session.execute(_upto(query, upto))
    ]


def adjustments(
    session: Session, week: Week, *, team_id: str | None = None, upto: int | None = None
) -> list[Adjustment]:
    """The adjustments of a week, or of one of its teams, that are not reversed."""
    query = select(*_ADJUSTMENT).where(
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.kind) == ADJUSTMENT, is_live(upto)
    )
    if team_id is not None:
        query = query.where(col(LedgerEntry.team_id) == team_id)
    return [Adjustment(*row) for row in session.execute(_upto(query, upto))]


def is_live(upto: int | None = None) -> ColumnElement[bool]:
    """The condition "reversed an even number of times", by version `upto` or by now."""
    rulings = select(func.count()).select_from(Reversal).where(col(Reversal.activity_seq) == LedgerEntry.seq)
    if upto is not None:
        rulings = rulings.where(col(Reversal.version) <= upto)
    return rulings.correlate(LedgerEntry).scalar_subquery() % 2 == 0


def _upto(query: Select[*tuple[Any, ...]], upto: int | None) -> Select[*tuple[Any, ...]]:
    return query if upto is None else query.where(col(LedgerEntry.version) <= upto)
