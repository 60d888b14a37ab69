"""Plans of merging two people: what would become one, week by week, and what stands against it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.actor import ROLES, Actor
from app.domain.calendar.days import zone_or_utc
from app.domain.memberships import Join, current_team
from app.domain.shifts.model import LIVE
from app.domain.text.direction import apart
from app.errors import Conflict
from app.models import LedgerEntry, Membership, Person, Seat, Shift, Week
from app.services.access import accounts, addresses
from app.services.people import aliases
from app.services.teams import teams


class OneWeek(NamedTuple):
    """One week of the two: joins by each id of theirs; how many entries and live seats, the kept one's first.

    `history` are the joins that become the person's, `team` is the name of the one they are in then.
    """

    week: Week
    joins: Mapping[str, Sequence[Join]]
    history: Sequence[Join]
    work: tuple[int, int]
    seats: tuple[int, int]
    team: str | None
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The merging of `other` into `kept`: e-mails that become the latter's, weeks, and sentences against it."""

    kept: Person
    other: Person
    emails: Sequence[str]
    weeks: Sequence[OneWeek]
    refusals: Sequence[str]


def find_pair(session: Session, kept_id: str, other_id: str, actor: Actor) -> tuple[Person, Person]:
    """The two people of these ids. Raises NotFound, NotAllowed for an owner's account, or Conflict for one person."""
    kept, other = accounts.find(session, kept_id), accounts.find(session, other_id)
    for person in (kept, other):
        accounts.check_may_change(person, actor)
    if kept.id == other.id:
        raise Conflict(f"{apart(kept.name)} is one person already. Choose another one.")
    return kept, other


def plan(session: Session, kept: Person, other: Person, actor: Actor) -> Plan:
    """Work out what merging `other` into `kept` does, and each thing that stands against it."""
    ids = _ids(session, kept.id), _ids(session, other.id)
    weeks = [_one_week(session, week, (kept, other), ids) for week in _weeks(session, ids[0] | ids[1])]
    refusals = [
        *_of_accounts(kept, other, actor),
        *(sentence for week in weeks for sentence in week.refusals),
        *_of_seats(session, kept, other),
    ]
    emails = [other.email, *(each.email for each in addresses.of_person(session, other.id))]
    return Plan(kept, other, emails, weeks, refusals)


def _ids(session: Session, person_id: str) -> frozenset[str]:
    return frozenset(session.connection().execute(aliases.ids_of(person_id)).scalars())


def _weeks(session: Session, ids: Collection[str]) -> list[Week]:
    """The weeks that any of these ids has work, a team or a seat in, in the order of their ids."""
    seats = select(Shift.week_id).join(Seat, col(Seat.shift_id) == Shift.id).where(col(Seat.person_id).in_(ids))
    rows = (LedgerEntry.week_id, LedgerEntry.person_id), (Membership.week_id, Membership.person_id)
    found = {week_id for week, person in rows for week_id in session.exec(select(week).where(col(person).in_(ids)))}
    found |= set(session.exec(seats))
    query = select(Week).where(col(Week.id).in_(found), col(Week.removed_at).is_(None)).order_by(col(Week.id))
    return list(session.exec(query))


def _of_accounts(kept: Person, other: Person, actor: Actor) -> list[str]:
    found = []
    if actor.person_id == other.id:
        found.append("This is your own account. Keep it, and merge the other one into it.")
    if [*ROLES].index(other.role) > [*ROLES].index(kept.role):  # type: ignore[arg-type]  # a str to the model
        found.append(
            f"{apart(other.name)} is an {other.role}, {apart(kept.name)} isn’t. "
            f"Keep {apart(other.name)}, or change the roles first."
        )
    if kept.disabled_at is not None and other.disabled_at is None:
        found.append(f"{apart(kept.name)} is deactivated. Reactivate them, or keep {apart(other.name)}.")
    return found


def _one_week(
    session: Session, week: Week, pair: tuple[Person, Person], ids: tuple[frozenset[str], frozenset[str]]
) -> OneWeek:
    known = teams.joins(session, week, ids[0] | ids[1])
    joins: dict[str, Sequence[Join]] = {each: known.get(each, ()) for each in ids[0] | ids[1]}
    mine, theirs = (joins[person.id] for person in pair)
    work = _entries(session, week, ids[0]), _entries(session, week, ids[1])
    seats = _live_seats(session, week, ids[0]), _live_seats(session, week, ids[1])
    names = dict(teams.named(session, week))
    refusals = _of_teams(week, pair, (mine, theirs), names) + _of_work(week, pair, (mine, theirs), work)
    history = mine or theirs
    return OneWeek(week, joins, history, work, seats, names.get(current_team(history) or ""), refusals)


def _of_teams(
    week: Week, pair: tuple[Person, Person], joins: tuple[Sequence[Join], Sequence[Join]], names: Mapping[str, str]
) -> tuple[str, ...]:
    mine, theirs = joins
    is_one = len(_teams(mine) | _teams(theirs)) == 1 and current_team(mine) == current_team(theirs)
    if not mine or not theirs or is_one:
        return ()
    (one, other), (first, second) = (apart(each.name) for each in pair), (_in(each, names) for each in joins)
    return (f"{apart(week.name)}: {one} {first}, {other} {second}. Merging takes one team for all of the week.",)


def _in(joins: Sequence[Join], names: Mapping[str, str]) -> str:
    """The teams somebody has been in, as the end of a sentence about them."""
    present, every = current_team(joins), dict.fromkeys(join.team for join in joins if join.team is not None)
    past = " and ".join(apart(names.get(each, "a removed team")) for each in every if each != present)
    if present is None:
        return f"was in {past}"
    return f"is in {apart(names[present])}{f' and was in {past}' if past else ''}"


def _teams(joins: Sequence[Join]) -> set[str]:
    return {join.team for join in joins if join.team is not None}


def _of_work(
    week: Week, pair: tuple[Person, Person], joins: tuple[Sequence[Join], Sequence[Join]], work: tuple[int, int]
) -> tuple[str, ...]:
    """Nothing moves in a week whose result stands: neither work of both, nor work of no team into one."""
    if week.state != "closed" and week.frozen_at is None:
        return ()
    comes = any(number and not own and theirs for number, own, theirs in zip(work, joins, joins[::-1], strict=True))
    if not all(work) and not comes:
        return ()
    what = f"{apart(pair[0].name)} and {apart(pair[1].name)} both have work" if all(work) else "work would join a team"
    is_closed = week.state == "closed"
    state, advice = ("closed", "Reopen it first.") if is_closed else ("frozen", "Reveal it first.")
    return (f"{apart(week.name)} is {state}, and {what} in it. {advice}",)


def _entries(session: Session, week: Week, ids: Collection[str]) -> int:
    return _count(session, LedgerEntry, col(LedgerEntry.week_id) == week.id, col(LedgerEntry.person_id).in_(ids))


def _live_seats(session: Session, week: Week, ids: Collection[str]) -> int:
    of_week = col(Seat.shift_id).in_(sql_select(col(Shift.id)).where(col(Shift.week_id) == week.id))
    return _count(session, Seat, of_week, col(Seat.person_id).in_(ids), col(Seat.state).in_(LIVE))


def _count(session: Session, table: Any, *conditions: Any) -> int:
    query = sql_select(func.count()).select_from(table).where(*conditions)
    return int(session.connection().execute(query).scalar_one())


def _of_seats(session: Session, kept: Person, other: Person) -> list[str]:
    """The shifts both hold, and those of one that overlap one of the other, in any week."""
    found = []
    for one, two in product(_held(session, kept.id), _held(session, other.id)):
        if one.id == two.id:
            found.append(f"Both have a seat on {_when(one)}. Give one of the two up first.")
        elif one.starts_at < two.ends_at and two.starts_at < one.ends_at:
            found.append(f"Their shifts on {_when(one)} and {_when(two)} overlap. Give one of the two seats up first.")
    return found


def _held(session: Session, person_id: str) -> list[Shift]:
    query = select(Shift).join(Seat, col(Seat.shift_id) == Shift.id)
    query = query.where(Seat.person_id == person_id, col(Seat.state).in_(LIVE)).order_by(col(Shift.starts_at))
    return list(session.exec(query))


def _when(shift: Shift) -> str:
    starts = shift.starts_at.astimezone(zone_or_utc(shift.zone))
    return f"{starts:%a} {starts.day} {starts:%b}, {shift.local_from}–{shift.local_until}"
