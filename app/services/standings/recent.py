"""The latest activities of a week, for those who look at the room rather than at the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.domain.memberships import team_at
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.view import View
from app.models import LedgerEntry, Week
from app.services.scoring.activity_queries import is_live
from app.services.teams import teams

_NO_NEWS = (ADJUSTMENT, ATTENDANCE)
_SPARE = 4  # times as many entries are read as are shown, since people without a team are left out afterwards


@dataclass(frozen=True, slots=True)
class Latest:
    """One activity of a team; `person` is a name, `recorded_at` UTC: what is latest is what came in last."""

    id: str
    kind: str
    person: str
    team_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """A source's reports after some entry: the number of activities, the newest recorded at `last` (UTC)."""

    source: str
    activities: int
    last: datetime
    seq: int


def activities(session: Session, week: Week, names: Mapping[str, str], *, limit: int, view: View) -> list[Latest]:
    """Up to `limit` live activities of people in teams, what was recorded last first; `names` by person id.

    A `view` that looks back has only what the ledger held then. Looks at the newest few entries alone.
    """
    entry = LedgerEntry
    query = select(entry.id, entry.kind, entry.person_id, entry.occurred_at, entry.recorded_at).where(  # type: ignore[call-overload]
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.kind).not_in(_NO_NEWS), is_live(view)
    )
    if view.upto is not None:
        query = query.where(col(LedgerEntry.version) <= view.upto)
    rows = session.execute(query.order_by(col(LedgerEntry.seq).desc()).limit(limit * _SPARE)).all()
    joins = teams.joins(session, week, {person for _, _, person, _, _ in rows}, view=view)
    found = []
    for id_, kind, person, at, recorded_at in rows:
        team_id = team_at(joins.get(person, ()), at)
        if team_id is not None:
            found.append(Latest(id_, kind, names[person], team_id, recorded_at))
    return found[:limit]


def source_activity(session: Session, week: Week, *, after: int = 0) -> list[SourceActivity]:
    """Count each source's reports after the entry with the number `after`, neither adjustments nor attendances."""
    reports = col(LedgerEntry.week_id) == week.id, col(LedgerEntry.seq) > after, col(LedgerEntry.kind).not_in(_NO_NEWS)
    sums = func.count(), func.max(col(LedgerEntry.recorded_at)), func.max(col(LedgerEntry.seq))
    query = select(col(LedgerEntry.source), *sums).where(*reports).group_by(col(LedgerEntry.source))
    return [SourceActivity(*row) for row in session.execute(query)]
