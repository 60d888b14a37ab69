"""Search of a week's ledger, as organizers read it: filtered, page by page, with evidence and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlmodel import Session, col, select

from app.domain.calendar.days import ONE_DAY, boundary, day_bounds
from app.domain.draft import BY_HAND
from app.domain.memberships import spans_in
from app.domain.rules import ADJUSTMENT
from app.domain.text import names
from app.domain.text.direction import apart
from app.domain.view import EVERYTHING
from app.errors import NotFound
from app.models import LedgerEntry, Membership, Person, PersonAddress, Reversal, Week
from app.models.columns import is_id
from app.services import paging
from app.services.ledger import activities, corrections
from app.services.ledger.activities import ActivityView
from app.services.paging import Page
from app.services.people import aliases, week_members
from app.services.teams import aliases as team_aliases
from app.services.teams import teams

NO_TEAM = "none"
"""The team of a filter for the activities that count for none."""
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
"""The night, at the clocks of the week's zone: its end is the next day's."""

_REVERSED = (
    select(Reversal.activity_seq).group_by(col(Reversal.activity_seq)).having(func.count() % 2 == 1).scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of a week's ledger; empty fields do not narrow.

    `team` is an id or NO_TEAM, `person` part of a name or an e-mail, `text` an id, a subject, or part of a link, note
    or reason; `reversed` is what an activity has to be. `since` and `until` bound `occurred_at`, half-open.
    """

    team: str = ""
    person: str = ""
    kind: str = ""
    source: str = ""
    text: str = ""
    reversed: bool | None = None
    by_hand: bool = False
    same_link: bool = False
    at_night: bool = False
    since: datetime | None = None
    until: datetime | None = None


class LedgerRow(NamedTuple):
    """An entry of the ledger as organizers see it: whose it is (None for adjustments), and what was ruled on it."""

    activity: ActivityView
    person: Person | None
    rulings: list[Reversal]


def page(session: Session, week: Week, wanted: Wanted, *, cursor: str | None, limit: int) -> Page[LedgerRow]:
    """Up to `limit` entries that a filter lets through, the last recorded first. Raises Malformed or NotFound."""
    conditions = conditions_of(session, week, wanted)
    if cursor:
        of_week = select(LedgerEntry).where(LedgerEntry.week_id == week.id)
        last = paging.last_before(cursor, lambda id_: session.exec(of_week.where(LedgerEntry.id == id_)).first())
        conditions.append(col(LedgerEntry.seq) < last.seq)
    query = select(LedgerEntry).where(*conditions).order_by(col(LedgerEntry.seq).desc()).limit(limit + 1)
    entries, next_cursor = paging.cut(session.exec(query).all(), limit, lambda entry: entry.id)
    return Page(_rows(session, week, entries), next_cursor)


def count(session: Session, week: Week, wanted: Wanted) -> int:
    """The number of entries that a filter lets through. Raises NotFound."""
    return session.exec(select(func.count()).where(*conditions_of(session, week, wanted))).one()


def bounds(week: Week, since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The moments that bound a week's local days from the first to the last, half-open; None where none is set."""
    begins, ends = day_bounds(since or week.starts, until or week.ends, week.zone)
    return begins if since else None, ends if until else None


def find(session: Session, week: Week, activity_id: str) -> LedgerRow:
    """One entry of this week's ledger. Raises NotFound."""
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id, LedgerEntry.week_id == week.id)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(f"There’s no activity with the id “{activity_id[:40]}” in {apart(week.name)}.")
    return _rows(session, week, [entry])[0]


def _rows(session: Session, week: Week, entries: Sequence[LedgerEntry]) -> list[LedgerRow]:
    views = activities.views(session, week, entries, EVERYTHING)
    rulings = corrections.rulings_of(session, [entry.seq for entry in entries])
    persons = aliases.owners(session, (entry.person_id for entry in entries if entry.person_id))
    return [
        LedgerRow(view, persons.get(entry.person_id or ""), rulings[entry.seq])
        for view, entry in zip(views, entries, strict=True)
    ]


def sources(session: Session, week: Week) -> list[str]:
    """The sources that a week's ledger has entries of, in order."""
    # One look into the index of keys for each source: DISTINCT would read a hundred thousand rows for five.
    in_week = col(LedgerEntry.week_id) == week.id
    found = select(func.min(LedgerEntry.source).label("source")).where(in_week).cte(recursive=True)
    later = select(func.min(LedgerEntry.source)).where(in_week, col(LedgerEntry.source) > found.c.source)
    found = found.union_all(select(later.scalar_subquery()).where(found.c.source.is_not(None)))
    return [source for source in session.exec(select(found.c.source)) if source is not None]


def conditions_of(session: Session, week: Week, wanted: Wanted) -> list[ColumnElement[bool]]:
    """A filter as conditions on the entries of a week. Raises NotFound for a team of no or another week."""
    conditions: list[ColumnElement[bool]] = [col(LedgerEntry.week_id) == week.id]
    if wanted.team:
        conditions.append(_of_team(session, week, wanted.team))
    if wanted.person:
        conditions.append(_of_people(session, wanted.person))
    for column, value in ((LedgerEntry.kind, wanted.kind), (LedgerEntry.source, wanted.source)):
        if value:
            conditions.append(col(column) == value)
    if wanted.text:
        conditions.append(_says(wanted.text))
    if wanted.reversed is not None:
        conditions.append(is_reversed() if wanted.reversed else ~is_reversed())
    if wanted.by_hand:
        conditions.append(col(LedgerEntry.source) == BY_HAND)
    if wanted.same_link:
        conditions.append(_shares_link(week))
    if wanted.at_night:
        conditions.append(_at_night(week))
    if wanted.since:
        conditions.append(col(LedgerEntry.occurred_at) >= wanted.since)
    if wanted.until:
        conditions.append(col(LedgerEntry.occurred_at) < wanted.until)
    return conditions


def _of_team(session: Session, week: Week, team_id: str) -> ColumnElement[bool]:
    """The adjustments of a team, and the work of those who were in it, for the time they were."""
    person_id, at = col(LedgerEntry.person_id), col(LedgerEntry.occurred_at)
    if team_id == NO_TEAM:
        joined = select(Membership.person_id).where(
            Membership.week_id == week.id, week_members.counting(week.id), col(Membership.team_id).is_not(None)
        )
        return and_(person_id.is_not(None), person_id.not_in(joined))
    team = teams.find(session, week, team_id)
    whole: list[str] = []
    parts: list[ColumnElement[bool]] = [col(LedgerEntry.team_id).in_(team_aliases.ids_of(team.id))]
    for member, joins in week_members.joins_of_team(session, week, team.id).items():
        for since, until in spans_in(joins, team.id):
            if since is None and until is None:
                whole.append(member)
            else:
                bounds = [at >= since] if since else []
                parts.append(and_(person_id == member, *bounds, *([at < until] if until else [])))
    return or_(person_id.in_(whole), *parts)


def _of_people(session: Session, text: str) -> ColumnElement[bool]:
    """Names are compared folded, which no database does as we do."""
    folded = names.fold(text)
    named = select(Person.id, Person.name, Person.email).where(col(Person.merged_into).is_(None))
    ids = {id_ for id_, name, email in session.exec(named) if folded in names.fold(name) or folded in email}
    further = select(PersonAddress.person_id).where(col(PersonAddress.email).contains(folded, autoescape=True))
    ids.update(session.exec(further))
    ids.update(alias for alias, person_id in aliases.canonical(session).items() if person_id in ids)
    return col(LedgerEntry.person_id).in_(ids) if ids else false()


def _says(text: str) -> ColumnElement[bool]:
    exact = (LedgerEntry.id, LedgerEntry.external_id, LedgerEntry.subject)
    part = (LedgerEntry.url, LedgerEntry.note, LedgerEntry.reason)
    return or_(
        *(col(column) == text for column in exact), *(col(column).icontains(text, autoescape=True) for column in part)
    )


def is_reversed() -> ColumnElement[bool]:
    """The condition that an entry is reversed now."""
    return col(LedgerEntry.seq).in_(_REVERSED)


def _shares_link(week: Week) -> ColumnElement[bool]:
    """Activities that stand and share their link with another one that does."""
    url = col(LedgerEntry.url)
    stands = ~is_reversed()
    shared = (
        select(LedgerEntry.url)
        .where(LedgerEntry.week_id == week.id, url.is_not(None), stands)
        .group_by(url)
        .having(func.count() > 1)
    )
    return and_(stands, url.in_(shared))


def _at_night(week: Week) -> ColumnElement[bool]:
    """Work done at night by the clocks of the week's zone; an adjustment isn't work."""
    at, day, nights = col(LedgerEntry.occurred_at), week.starts - ONE_DAY, []
    while day <= week.ends:
        begins, ends = (datetime.combine(day, NIGHT_BEGINS), datetime.combine(day + ONE_DAY, NIGHT_ENDS))
        nights.append(and_(at >= boundary(begins, week.zone), at < boundary(ends, week.zone)))
        day += ONE_DAY
    return and_(col(LedgerEntry.kind) != ADJUSTMENT, or_(*nights))
