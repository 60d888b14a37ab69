"""Counts of a week: how many activities of each kind each team did on each day."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlmodel import Session

from app.domain.calendar.days import local_day
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.view import View
from app.models import Week
from app.services.exports import ledger_export
from app.services.exports.tables import Table

COLUMNS = ("date", "team", "team_id", "kind", "activities")
_BESIDE = {ADJUSTMENT, ATTENDANCE}
"""The kinds that count in no total."""


def table(session: Session, week: Week, view: View, progress: Callable[[int], None]) -> Table:
    """A row for each day, team and kind with activities that stand; days are the week's, no team is empty."""
    return Table("counts", COLUMNS, [list(_rows(_counted(session, week, view, progress)))])


Key = tuple[date, str, str, str]


def _counted(session: Session, week: Week, view: View, progress: Callable[[int], None]) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    zone = week.zone
    for items in ledger_export.pages(session, week, progress, view=view):
        counts.update(
            (local_day(item.occurred_at, zone), item.team or "", item.team_id or "", item.kind)
            for item in items
            if not item.reversed and item.kind not in _BESIDE
        )
    return counts


def _rows(counts: Counter[Key]) -> Iterator[dict[str, Any]]:
    for (day, team, team_id, kind), number in sorted(counts.items()):
        named = {"team": team or None, "team_id": team_id or None}
        yield {"date": day.isoformat(), **named, "kind": kind, "activities": number}
