"""The history of the rules: what each version changed, for organizers and for the players of a week."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.calendar.days import first_moment
from app.domain.rulebook.changes import differences
from app.domain.view import View
from app.errors import NotFound
from app.models import RuleSet, Week, WeekEvent
from app.services.rules import rule_sets

PER_PAGE = 10  # each is parsed to be compared with the one before
TOLD = 40
"""Differences of one version that are told: nobody reads more, and a hostile file has a thousand."""


class Version(NamedTuple):
    """A version with its differences from the one before, of which `untold` are left out; the first one has none."""

    number: int
    note: str
    by: str
    at: datetime
    changes: tuple[str, ...]
    untold: int
    is_first: bool


def numbered(session: Session, number: int) -> RuleSet:
    """A version by its number. Raises NotFound."""
    found = session.get(RuleSet, number) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound("There’s no such version of the rules. The history lists them all.")
    return found


def page(session: Session, before: int | None = None) -> tuple[list[Version], int | None]:
    """Up to `PER_PAGE` versions before a number, newest first, and the number to go on before."""
    query = select(RuleSet).where(rule_sets.OWN).order_by(col(RuleSet.id).desc()).limit(PER_PAGE + 1)
    if before is not None:
        query = query.where(col(RuleSet.id) < before)
    versions = _compared(session.exec(query).all(), PER_PAGE)
    return versions, versions[-1].number if versions and not versions[-1].is_first else None


def one(session: Session, rule_set: RuleSet, before: RuleSet | None = None) -> Version:
    """A version with its differences from another one, or from the one before it."""
    is_alike = col(RuleSet.carried_by) == rule_set.carried_by if rule_set.carried_by else rule_sets.OWN
    query = select(RuleSet).where(is_alike, col(RuleSet.id) < rule_set.id).order_by(col(RuleSet.id).desc()).limit(1)
    older = before or session.exec(query).first()
    return _compared([rule_set, older] if older else [rule_set], 1)[0]


def during(session: Session, week: Week, view: View) -> list[Version]:
    """The versions that changed a week's rules since it opened or began, newest first, up to PER_PAGE of them.

    A view that looks back, and a closed week, have those up to the version they are scored by; a draft has none.
    """
    if week.state == "draft":
        return []
    query = _held_by(session, week).limit(PER_PAGE + 1)
    if view.rule_set_id is not None:
        query = query.where(col(RuleSet.id) <= view.rule_set_id)
    since = _since(session, week)
    versions = _compared(session.exec(query).all(), PER_PAGE)
    return [version for version in versions if version.at >= since and version.changes]


def of_week(session: Session, week: Week) -> list[RuleSet]:
    """The versions of a week, oldest first: from the one it began with, up to PER_PAGE + 1, and all that score it."""
    used = rule_sets.numbered(session, week.rule_set_id)
    query = _held_by(session, week).where(col(RuleSet.id) <= used.id).limit(PER_PAGE + 1)
    since = _since(session, week)
    kept: dict[int, RuleSet] = {}
    for version in session.exec(query):
        kept[version.id] = version
        if version.at < since:
            break
    if week.frozen_rule_set_id is not None:
        kept[week.frozen_rule_set_id] = rule_sets.numbered(session, week.frozen_rule_set_id)
    kept.pop(used.id, None)
    return [*(kept[number] for number in sorted(kept)), used]


def _held_by(session: Session, week: Week) -> SelectOfScalar[RuleSet]:
    """The versions that hold for a week, newest first: those its archive brought, and those activated here since."""
    brought = session.exec(select(func.max(RuleSet.id)).where(RuleSet.carried_by == week.id)).one()
    since = and_(rule_sets.OWN, col(RuleSet.id) > (brought or 0))
    return select(RuleSet).where(or_(since, col(RuleSet.carried_by) == week.id)).order_by(col(RuleSet.id).desc())


def _since(session: Session, week: Week) -> datetime:
    opened = select(WeekEvent.at).where(WeekEvent.week_id == week.id, WeekEvent.action == "opened")
    first = session.exec(opened.order_by(col(WeekEvent.id)).limit(1)).first()
    begins = first_moment(week.starts, week.zone)
    return min(first, begins) if first else begins


def told(before: str, after: str) -> tuple[tuple[str, ...], int]:
    """The differences of two accepted texts, up to `TOLD`, and how many are left out."""
    changes = _between(before, after)
    return changes[:TOLD], max(0, len(changes) - TOLD)


@lru_cache(maxsize=64)
def _between(before: str, after: str) -> tuple[str, ...]:
    try:
        return differences(rule_sets.valid(before), rule_sets.valid(after))
    except ValueError:  # a text that an older release took and this one does not
        return ("this version can’t be compared with the one before",)


def _compared(rows: Sequence[RuleSet], limit: int) -> list[Version]:
    """Rows, newest first, each with what it changed of the next; one beyond the limit is only compared with."""
    versions = []
    for place, row in enumerate(rows[:limit]):
        older = rows[place + 1] if place + 1 < len(rows) else None
        changes, untold = told(older.text, row.text) if older else ((), 0)
        versions.append(Version(row.id, row.note, row.by, row.at, changes, untold, older is None))
    return versions
