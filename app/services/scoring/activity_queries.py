"""The ledger as scoring wants it: live activities with their team, and adjustments."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.types import NullType
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.calendar.day_table import LocalDays
from app.domain.memberships import Join, team_at
from app.domain.rules import ADJUSTMENT
from app.domain.scoring.activity import Activity, Adjustment, Ordered
from app.domain.view import EVERYTHING, View
from app.models import ImportRow, LedgerEntry, Reversal, Week
from app.models.columns import Instant, raw_instant
from app.services.people import aliases, week_members
from app.services.scoring import response_times
from app.services.teams import aliases as team_aliases
from app.services.weeks.weeks import AnyWeek


def _activity(upto: int | None = None) -> tuple[Any, ...]:
    """The columns of an activity, as a version of the week had them."""
    return (
        LedgerEntry.id, LedgerEntry.kind, LedgerEntry.person_id, LedgerEntry.occurred_at, LedgerEntry.source,
        LedgerEntry.external_id, LedgerEntry.subject, response_times.seconds(upto),
    )  # fmt: skip


_ADJUSTMENT: tuple[Any, ...] = (
    LedgerEntry.id,
    team_aliases.owner_id(col(LedgerEntry.team_id)),
    LedgerEntry.points,
    LedgerEntry.reason,
    LedgerEntry.occurred_at,
)


def sharing_subject(session: Session, week: AnyWeek, fresh: Activity, team_id: str) -> list[Activity]:
    """The live activities of a fresh one's kind and subject that count for its team and were recorded before."""
    rows = _OF_SUBJECT.rows(
        session, week=week.id, team=team_id, kind=fresh.kind, subject=fresh.subject, next=week.version + 1
    )
    return _counting_for(session, week, team_id, rows)


def before(
    session: Session, week: AnyWeek, team_id: str, one: Activity, by_its_person: bool, most: int
) -> list[Activity]:
    """Find up to `most` live activities of the kind of `one` and its team that precede it in the order of evaluation.

    With `by_its_person` only its person's. Those of the same commit are left out. After moves between teams it may find
    fewer than there are, never more.
    """
    place = {"at": one.occurred_at, "source": one.source, "external_id": one.external_id, "most": most}
    values = {"week": week.id, "team": team_id, "kind": one.kind, "next": week.version + 1, **place}
    rows = _BEFORE_OF.rows(session, person=one.person, **values) if by_its_person else _BEFORE.rows(session, **values)
    return _counting_for(session, week, team_id, rows)


def _counting_for(session: Session, week: AnyWeek, team_id: str, rows: Sequence[Any]) -> list[Activity]:
    if not rows:
        return []
    joins, owners = week_members.joins_of_team(session, week, team_id), aliases.canonical(session)
    return [activity for activity in _activities(rows, joins, owners) if activity.team == team_id]


def live_activities(
    session: Session,
    week: Week,
    joins: Mapping[str, Sequence[Join]],
    *,
    people: Iterable[str] | None = None,
    view: View = EVERYTHING,
) -> list[Activity]:
    """The week's activities that are not reversed, with the team each counts for; of all people or of some.

    A `view` that looks back has only what the ledger held then.
    """
    query = select(*_activity(view.upto)).where(
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.kind) != ADJUSTMENT, is_live(view)
    )
    if people is not None:
        query = query.where(col(LedgerEntry.person_id).in_(list(people)))
    return _activities(session.connection().execute(_upto(query, view)), joins, aliases.canonical(session, view))


def in_order(
    session: Session,
    week: AnyWeek,
    joins: Mapping[str, Sequence[Join]],
    *,
    view: View = EVERYTHING,
    with_import: str | None = None,
) -> tuple[Iterator[Ordered], LocalDays]:
    """The week's activities that are not reversed, in the order of evaluation, and the local days of their moments.

    A `view` may look back; `with_import` counts the rows of an import among them. Moments
    stay as the driver returns them: making datetimes of a hundred thousand costs as much as scoring them.
    """
    values = {"week": week.id, "upto": EVERY_VERSION if view.upto is None else view.upto}
    rows = (
        _IN_ORDER.stream(session, **values)
        if with_import is None
        else _IN_ORDER_WITH_IMPORT.stream(session, **values, import_id=with_import)
    )
    return _ordered(session, week, rows, joins, aliases.canonical(session, view))


def team_in_order(session: Session, week: AnyWeek, team_id: str) -> tuple[Iterator[Ordered], LocalDays]:
    """The activities that count for a team as `in_order` gives those of a week."""
    rows = _TEAM_IN_ORDER.rows(session, week=week.id, team=team_id)
    joins = week_members.joins_of_team(session, week, team_id) if rows else {}
    ordered, days = _ordered(session, week, rows, joins, aliases.canonical(session) if rows else {})
    return (activity for activity in ordered if activity[3] == team_id), days


def _ordered(
    session: Session,
    week: AnyWeek,
    rows: Iterable[Any],
    joins: Mapping[str, Sequence[Join]],
    owners: Mapping[str, str],
) -> tuple[Iterator[Ordered], LocalDays]:
    """Rows with the columns of `_ORDERED` as the fold takes them, moments as the driver returned them.

    `joins` have aliases by their own ids, `owners` tell whose work theirs is.
    """
    only = {person: each[0].team for person, each in joins.items() if len(each) == 1}
    read, write = raw_instant(session.get_bind().dialect)
    ordered: Iterator[Ordered] = (
        (
            None, kind, owners.get(person, person), only.get(person) or team_at(joins.get(person, ()), read(at)),
            at, subject, seconds,
        )
        for kind, person, at, subject, seconds in rows
    )  # fmt: skip
    return ordered, LocalDays(week.zone, read=read, write=write)


def _activities(rows: Iterable[Any], joins: Mapping[str, Sequence[Join]], owners: Mapping[str, str]) -> list[Activity]:
    """Rows with the columns of `_activity` as activities; who never moved needs no look at the time.

    `joins` have aliases by their own ids, `owners` tell whose work theirs is.
    """
    only = {person: each[0].team for person, each in joins.items() if len(each) == 1}
    return [
        Activity(
            id_, kind, owners.get(person, person),
            only[person] if person in only else team_at(joins.get(person, ()), at), at, source, external_id, subject,
            seconds,
        )
        for id_, kind, person, at, source, external_id, subject, seconds in rows
    ]  # fmt: skip


def adjustments(
    session: Session, week: AnyWeek, *, team_id: str | None = None, view: View = EVERYTHING
) -> list[Adjustment]:
    """The adjustments of a week, or of one of its teams, that are not reversed, as a view has them."""
    if team_id is not None and not view.looks_back:
        # One by one: with a list of them SQLite would read the week instead of the teams' own index.
        ids = [team_id, *team_aliases.of_team(session, team_id)]
        rows = (row for each in ids for row in _ADJUSTMENTS_OF_TEAM.rows(session, week=week.id, team=each))
        return [Adjustment(*row) for row in rows]
    query = select(*_ADJUSTMENT).where(
        col(LedgerEntry.week_id) == week.id,
        col(LedgerEntry.kind) == ADJUSTMENT,
        col(LedgerEntry.team_id).is_not(None),  # always so, and said so that their own index finds them
        is_live(view),
    )
    if team_id is not None:
        query = query.where(col(LedgerEntry.team_id).in_(team_aliases.ids_of(team_id)))
    return [Adjustment(*row) for row in session.connection().execute(_upto(query, view))]


def has_entries(session: Session, week: AnyWeek) -> bool:
    """Tell whether the week's ledger has any entry."""
    return bool(_ANY.rows(session, week=week.id))


def count_by_kind(session: Session, week: AnyWeek, people: Collection[str]) -> dict[str, int]:
    """Count these people's live activities of each kind in the week; nothing costs nothing."""
    if not people:
        return {}
    query = select(col(LedgerEntry.kind), func.count()).where(
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.person_id).in_(people), is_live()
    )
    return dict(session.connection().execute(query.group_by(col(LedgerEntry.kind))).all())


def is_live(view: View = EVERYTHING) -> ColumnElement[bool]:
    """The condition "reversed an even number of times", as a view has it."""
    rulings = select(func.count()).select_from(Reversal).where(col(Reversal.activity_seq) == LedgerEntry.seq)
    if view.upto is not None:
        rulings = rulings.where(col(Reversal.version) <= view.upto)
    return rulings.correlate(LedgerEntry).scalar_subquery() % 2 == 0


def _upto(query: Select[*tuple[Any, ...]], view: View) -> Select[*tuple[Any, ...]]:
    return query if view.upto is None else query.where(col(LedgerEntry.version) <= view.upto)


_ANY = Prepared(select(col(LedgerEntry.seq)).where(col(LedgerEntry.week_id) == bindparam("week")).limit(1))
_ADJUSTMENTS_OF_TEAM = Prepared(
    select(*_ADJUSTMENT).where(
        col(LedgerEntry.week_id) == bindparam("week"),
        col(LedgerEntry.team_id) == bindparam("team"),
        col(LedgerEntry.kind) == ADJUSTMENT,
        is_live(),
    )
)
EVERY_VERSION = 2**62  # stands for "now" in a statement that is compiled once; fits into both engines' 64 bits

UPTO: BindParameter[int] = bindparam("upto", type_=BigInteger)
_REVERSED = (
    select(col(Reversal.activity_seq))
    .where(col(Reversal.version) <= UPTO)
    .group_by(col(Reversal.activity_seq))
    .having(func.count() % 2 == 1)
)
_ORDERED = ("kind", "person_id", "occurred_at", "subject", "response_seconds")
_ORDER = ("occurred_at", "source", "external_id", "kind")


def _select_ordered(table: type[LedgerEntry] | type[ImportRow], *names: str, upto: Any = None) -> Select[Any]:
    """Columns by their names, moments in the driver's own form, response times as a version of the week had them."""
    columns: list[Any] = [type_coerce(col(getattr(table, name)), NullType()).label(name) for name in names]
    if table is LedgerEntry:
        columns[names.index("response_seconds")] = response_times.seconds(upto)
    return select(*columns)


LIVE_OF_WEEK = (
    col(LedgerEntry.week_id) == bindparam("week"),
    col(LedgerEntry.kind) != ADJUSTMENT,
    col(LedgerEntry.version) <= UPTO,
    col(LedgerEntry.seq).not_in(_REVERSED),
)
_IN_ORDER = Prepared(
    _select_ordered(LedgerEntry, *_ORDERED, upto=UPTO)
    .where(*LIVE_OF_WEEK)
    .order_by(*(col(getattr(LedgerEntry, name)) for name in _ORDER))
)
_TEAM_IN_ORDER = Prepared(
    _select_ordered(LedgerEntry, *_ORDERED)
    .where(
        col(LedgerEntry.week_id) == bindparam("week"),
        col(LedgerEntry.person_id).in_(week_members.EVER_IN),
        col(LedgerEntry.kind) != ADJUSTMENT,
        is_live(),
    )
    .order_by(*(col(getattr(LedgerEntry, name)) for name in _ORDER))
)
_BOTH_NAMES = tuple(dict.fromkeys((*_ORDERED, *_ORDER)))
_BOTH = union_all(
    _select_ordered(LedgerEntry, *_BOTH_NAMES, upto=UPTO).where(*LIVE_OF_WEEK),
    _select_ordered(ImportRow, *_BOTH_NAMES).where(col(ImportRow.import_id) == bindparam("import_id")),
).subquery()
_IN_ORDER_WITH_IMPORT = Prepared(
    select(*(_BOTH.c[name] for name in _ORDERED)).order_by(*(_BOTH.c[name] for name in _ORDER))
)
_RECORDED_BEFORE: Select[Any] = select(*_activity()).where(
    col(LedgerEntry.week_id) == bindparam("week"),
    col(LedgerEntry.version) < bindparam("next"),
    col(LedgerEntry.person_id).in_(week_members.EVER_IN),
    col(LedgerEntry.kind) == bindparam("kind"),
    is_live(),
)
_OF_SUBJECT = Prepared(_RECORDED_BEFORE.where(col(LedgerEntry.subject) == bindparam("subject")))
_COMES_BEFORE = _RECORDED_BEFORE.where(
    tuple_(LedgerEntry.occurred_at, LedgerEntry.source, LedgerEntry.external_id)
    < tuple_(bindparam("at", type_=Instant), bindparam("source"), bindparam("external_id"))
).limit(bindparam("most"))
_BEFORE = Prepared(_COMES_BEFORE)
_OF_PERSON = aliases.ids_of(bindparam("person", type_=Text))
_BEFORE_OF = Prepared(_COMES_BEFORE.where(col(LedgerEntry.person_id).in_(_OF_PERSON)))
