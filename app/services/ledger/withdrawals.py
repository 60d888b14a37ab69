"""Withdrawals: what a tool takes back is reversed, once; what has not arrived yet is reversed when it does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.actor import Act, system
from app.domain.draft import Key
from app.domain.intake.reports import Withdrawal
from app.models import LedgerEntry, WithdrawnActivity
from app.services.ledger import rulings
from app.services.ledger.admission import Row
from app.services.ledger.rulings import Ruling
from app.services.people.week_members import FEW
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

REASONS = {"private": "The comment was made private.", "gone": "It is gone at its tool."}

_WAITS = col(WithdrawnActivity.ruled_at).is_(None)
_OF_KEY: tuple[Any, ...] = tuple(col(getattr(WithdrawnActivity, name)) == bindparam(name) for name in Key._fields)
_WAITING_FOR = Prepared(sql_select(col(WithdrawnActivity.cause)).where(*_OF_KEY, _WAITS))
_SAME = and_(*(col(getattr(WithdrawnActivity, name)) == col(getattr(LedgerEntry, name)) for name in Key._fields))


def note(session: Session, source: str, withdrawal: Withdrawal, now: datetime) -> WithdrawnActivity:
    """Note that a source took something back, whether or not that has arrived; the first time counts."""
    key = Key(source, withdrawal.kind, withdrawal.external_id)
    known = session.get(WithdrawnActivity, (*key, withdrawal.cause))
    if known is None:
        known = WithdrawnActivity(**key._asdict(), cause=withdrawal.cause, withdrawn_at=now)
        session.add(known)
        session.flush()
    return known


def rule_on_arrival(session: Session, week: AnyWeek, rows: Sequence[Row] | None, now: datetime) -> set[str]:
    """Reverse what arrived in a locked week since it was read as `week`, and was taken back before; ids of these.

    `rows` are what arrived, where that is known: a few are looked up one by one, whatever else waits to arrive.
    """
    if rows is not None and len(rows) <= FEW and not any(_is_taken_back(session, row) for row in rows):
        return set()
    query = (
        select(LedgerEntry, WithdrawnActivity)
        .join(WithdrawnActivity, _SAME)
        .where(LedgerEntry.week_id == week.id, LedgerEntry.version > week.version, _WAITS)
    )
    found = session.exec(query.order_by(col(LedgerEntry.seq))).all()
    reversed_ids: set[str] = set()
    for cause, reason in REASONS.items():
        entries = [entry for entry, each in found if each.cause == cause and entry.id not in reversed_ids]
        if entries:
            act = Act(system(entries[0].source), now)
            ruled = [Ruling(entry, stands=False) for entry in entries]
            rulings.add(session, weeks.lock(session, week.slug, now), ruled, act, reason=reason)
            reversed_ids.update(entry.id for entry in entries)
    for _, withdrawn in found:
        withdrawn.ruled_at = now
        session.add(withdrawn)
    session.flush()
    return reversed_ids


def _is_taken_back(session: Session, row: Row) -> bool:
    return bool(_WAITING_FOR.rows(session, **{name: row[name] for name in Key._fields}))
