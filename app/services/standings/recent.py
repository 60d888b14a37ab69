"""The latest activities of a week, for those who look at the room rather than at the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, BindParameter, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.memberships import Join, team_at
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.view import EVERYTHING, View
from app.models import Cheer, LedgerEntry, Person, Reversal, Week
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp

_NO_NEWS = (ADJUSTMENT, ATTENDANCE)
_SPARE = 4  # times as many entries are read as are shown, since people without a team are left out afterwards
_EVERY_VERSION = 2**62  # stands for "now" in a statement that is compiled once
_UPTO: BindParameter[int] = bindparam("upto", type_=BigInteger)
_RULINGS = (
    select(func.count())
    .select_from(Reversal)
    .where(col(Reversal.activity_seq) == LedgerEntry.seq, col(Reversal.version) <= _UPTO)
    .correlate(LedgerEntry)
    .scalar_subquery()
)
_CHEERS = (
    select(func.count())
    .select_from(Cheer)
    .where(col(Cheer.activity_seq) == LedgerEntry.seq)
    .correlate(LedgerEntry)
    .scalar_subquery()
)
_REPORTED = aliased(Person)
"""The person of an entry's row, who may be an alias of somebody."""
_NEWEST = Prepared(
    select(
        col(LedgerEntry.seq),
        col(LedgerEntry.id),
        col(LedgerEntry.kind),
        col(Person.id),
        col(Person.name),
        col(LedgerEntry.occurred_at),
        col(LedgerEntry.recorded_at),
        _CHEERS.label("cheers"),
    )
    .join(_REPORTED, col(_REPORTED.id) == LedgerEntry.person_id)
    .join(Person, col(Person.id) == func.coalesce(col(_REPORTED.merged_into), col(_REPORTED.id)))
    .where(
        col(LedgerEntry.week_id) == bindparam("week"),
        col(LedgerEntry.version) <= _UPTO,
        *(col(LedgerEntry.kind) != kind for kind in _NO_NEWS),
        _RULINGS % 2 == 0,
    )
    .order_by(col(LedgerEntry.seq).desc())
    .limit(bindparam("most", type_=BigInteger))
)


class Latest(NamedTuple):
    """One activity of a team; `person` is a name, `recorded_at` UTC: what is latest is what came in last.

    `seq` orders it among others; `cheers` is the number of people who clap for it.
    """

    seq: int
    id: str
    kind: str
    person_id: str
    person: str
    team_id: str
    recorded_at: datetime
    cheers: int


@dataclass(frozen=True, slots=True)
class LatestList:
    """The latest activities of a week as it stands; `joins` are those of their people, at so many of its `edits`."""

    lines: tuple[Latest, ...] = ()
    joins: Mapping[str, Sequence[Join]] | None = None
    edits: int = 0


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """A source's reports after some entry: the number of activities, the newest recorded at `last` (UTC)."""

    source: str
    activities: int
    last: datetime
    seq: int


def activities(session: Session, week: Week, *, limit: int, view: View) -> list[Latest]:
    """Up to `limit` live activities of people in teams, what was recorded last first.

    A `view` that looks back has only what the ledger held then. Looks at the newest few entries alone.
    """
    rows = _rows(session, week.id, limit, view)
    joins = teams.joins(session, week, {row[3] for row in rows}, view=view)
    return _lines(rows, joins, view)[:limit]


def follow(session: Session, week: WeekStamp, known: LatestList, *, limit: int) -> LatestList:
    """The same of a week as it stands, at the cost of one query: people's teams are known until the week is edited."""
    rows, edits = _rows(session, week.id, limit, EVERYTHING), weeks.edits(week)
    people = {row[3] for row in rows}
    joins = {person: each for person, each in (known.joins or {}).items() if known.edits == edits and person in people}
    if missing := people - joins.keys():
        joins |= dict.fromkeys(missing, ())
        joins |= teams.joins(session, weeks.find_by_id(session, week.id), missing)
    return LatestList(tuple(_lines(rows, joins, EVERYTHING)[:limit]), joins, edits)


def _rows(session: Session, week_id: int, limit: int, view: View) -> list[Sequence[Any]]:
    upto = _EVERY_VERSION if view.upto is None else view.upto
    return _NEWEST.rows(session, week=week_id, upto=upto, most=limit * _SPARE)


def _lines(rows: Sequence[Sequence[Any]], joins: Mapping[str, Sequence[Join]], view: View) -> list[Latest]:
    names = view.names or {}
    found = []
    for seq, id_, kind, person_id, name, at, recorded_at, cheers in rows:
        team_id = team_at(joins.get(person_id, ()), at)
        if team_id is not None:
            line = Latest(seq, id_, kind, person_id, names.get(person_id, name), team_id, recorded_at, cheers)
            found.append(line)
    return found


def source_activity(session: Session, week: Week, *, after: int = 0) -> list[SourceActivity]:
    """Count each source's reports after the entry with the number `after`, neither adjustments nor attendances."""
    reports = col(LedgerEntry.week_id) == week.id, col(LedgerEntry.seq) > after, col(LedgerEntry.kind).not_in(_NO_NEWS)
    sums = func.count(), func.max(col(LedgerEntry.recorded_at)), func.max(col(LedgerEntry.seq))
    query = select(col(LedgerEntry.source), *sums).where(*reports).group_by(col(LedgerEntry.source))
    return [SourceActivity(*row) for row in session.execute(query)]
