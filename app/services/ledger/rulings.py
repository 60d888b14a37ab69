"""Rulings: entries of the ledger that cancel an activity or restore it, and the scores that follow."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.db.bulk import BulkInsert
from app.domain.actor import Act
from app.domain.memberships import team_at
from app.models import LedgerEntry, Reversal, Week
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.people.people import CHUNK, chunks
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.teams import aliases as team_aliases
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

_ADD = BulkInsert(Reversal, ("activity_seq", "ordinal", "reason", "by", "at", "version"))

FEW = 50  # activities whose teams are scored one by one; a week of them is scored in the time of some teams


class Ruling(NamedTuple):
    """A change of an activity's standing: it is to stand, or to be cancelled."""

    entry: LedgerEntry
    stands: bool


def counts(session: Session, entries: Sequence[LedgerEntry]) -> Counter[int]:
    """Count reversals and reinstatements of each entry, by its number; odd means reversed."""
    numbers = [entry.seq for entry in entries]
    query = select(Reversal.activity_seq, func.count()).where(col(Reversal.activity_seq).in_(numbers))
    return Counter(dict(session.exec(query.group_by(col(Reversal.activity_seq))).all()))


def add(session: Session, week: Week, rulings: Sequence[Ruling], act: Act, *, reason: str) -> list[Reversal]:
    """Reverse or reinstate activities of a locked week as one change of it; none of them stands as it is to already."""
    if not rulings:
        return []
    known = counts(session, [ruling.entry for ruling in rulings])
    rows = [
        Reversal(
            activity_seq=entry.seq, ordinal=known[entry.seq] + 1, reason=reason, by=act.actor.name, at=act.now,
            version=week.version + 1,
        )
        for entry, _ in rulings
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    _rescore(session, week, rulings)
    weeks.bump_version(session, week, scores_alone=True)
    for ruling in rulings:
        _note(session, ruling, act, reason)
    return rows


def add_all(session: Session, week: AnyWeek, numbers: Sequence[int], act: Act, *, stand: bool, reason: str) -> int:
    """Reverse or reinstate thousands of activities of a held week, by their numbers in the ledger; how many it changed.

    Those that stand so already are left out. Of a few their teams are scored anew, of many the week; counting its
    version and the audit are the caller's, who has one change of its own.
    """
    known: Counter[int] = Counter()
    for chunk in chunks(numbers, CHUNK):
        query = select(Reversal.activity_seq, func.count()).where(col(Reversal.activity_seq).in_(chunk))
        known.update(dict(session.exec(query.group_by(col(Reversal.activity_seq))).all()))
    same = {"reason": reason, "by": act.actor.name, "at": act.now, "version": week.version + 1}
    rows = [
        {**same, "activity_seq": number, "ordinal": known[number] + 1}
        for number in numbers
        if (known[number] % 2 == 1) == stand
    ]
    if rows:
        _ADD.run(session, rows)
    if len(rows) > FEW:
        scores.rebuild(session, week, rule_sets.rules_of(session, week))
    elif rows:
        seqs = [row["activity_seq"] for row in rows]
        entries = session.exec(select(LedgerEntry).where(col(LedgerEntry.seq).in_(seqs))).all()
        _rescore(session, week, [Ruling(entry, stand) for entry in entries])
    return len(rows)


def _rescore(session: Session, week: AnyWeek, rulings: Sequence[Ruling]) -> None:
    """Score the teams anew that the entries count for, and count those that belong to none."""
    joins = teams.joins(session, week, {entry.person_id for entry, _ in rulings if entry.person_id})
    merged = team_aliases.canonical(session, week)
    changed, unassigned = set[str](), Counter[str]()
    for entry, stands in rulings:
        team_id = team_at(joins.get(entry.person_id, ()), entry.occurred_at) if entry.person_id else entry.team_id
        team_id = merged.get(team_id or "", team_id)
        if team_id is None:
            unassigned[entry.kind] += 1 if stands else -1
        else:
            changed.add(team_id)
    rules = rule_sets.rules_of(session, week)
    for team_id in sorted(changed):
        scores.refresh(session, week, rules, team_id)
    scores.count_unassigned(session, week, unassigned)


def _note(session: Session, ruling: Ruling, act: Act, reason: str) -> None:
    entry, stands = ruling
    action = "activity.reinstated" if stands else "activity.reversed"
    target = AuditTarget("activity", entry.id, f"{entry.kind} {entry.external_id}")
    audit.note(session, action, target, act, before={"stands": not stands}, after={"stands": stands, "reason": reason})
