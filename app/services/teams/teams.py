"""Teams, and who is or was in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.bulk import BulkInsert
from app.db.statements import Prepared
from app.domain.memberships import Join, current_team
from app.domain.text import names
from app.domain.text.direction import apart
from app.domain.text.natural import name_order
from app.domain.view import EVERYTHING, View
from app.errors import NotFound
from app.models import Membership, Person, Seat, Shift, Team, Week
from app.models.columns import is_id
from app.services import paging, topics
from app.services.audit.audit import AuditTarget
from app.services.paging import Page
from app.services.people import people as people_
from app.services.people.week_members import counting
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

_IN_WEEK = col(Membership.week_id) == bindparam("week")
_COUNTING = counting(bindparam("week"))
_JOINS = Prepared(
    select(Membership.person_id, Membership.team_id, Membership.at)
    .where(_IN_WEEK, _COUNTING)
    .order_by(col(Membership.version))
)
_JOINS_OF = Prepared(
    select(Membership.person_id, Membership.team_id, Membership.at)
    .where(_IN_WEEK, _COUNTING, col(Membership.person_id) == bindparam("person"))
    .order_by(col(Membership.version))
)
_NAMES = Prepared(
    select(Person.id, Person.name).where(col(Person.id).in_(select(Membership.person_id).where(_IN_WEEK)))
)

_COLUMNS = ("id", "week_id", "name", "name_key", "version", "created_at")
_ADD = BulkInsert(Team, _COLUMNS)
_RANKED = (
    sql_select(
        col(Membership.team_id),
        func.row_number()
        .over(partition_by=col(Membership.person_id), order_by=col(Membership.version).desc())
        .label("place"),
    )
    .where(_IN_WEEK)
    .subquery()
)
# By a window: for a comparison with the newest of each person PostgreSQL, which has no statistics yet of thousands of
# rows that came a moment ago, may compare every row with every other.
_SIZES = Prepared(
    sql_select(_RANKED.c.team_id, func.count())
    .where(_RANKED.c.place == 1)
    .group_by(_RANKED.c.team_id)
    .having(func.count() > bindparam("size", type_=BigInteger))
)
"""The teams with more members than that. A person's last membership is their newest row: `at` never goes back."""
_TEAMS = Prepared(
    select(Team.name_key, Team.id, Team.name).where(
        col(Team.week_id) == bindparam("week"),
        col(Team.version) <= bindparam("upto"),
        or_(col(Team.removed_version).is_(None), col(Team.removed_version) > bindparam("upto")),
    )
)

_LOOKS = Prepared(
    select(Team.id, Team.tone, Team.emblem).where(
        col(Team.week_id) == bindparam("week"), or_(col(Team.tone).is_not(None), col(Team.emblem).is_not(None))
    )
)


def of_week(session: Session, week: AnyWeek, *, view: View = EVERYTHING) -> list[Team]:
    """The week's teams by name, 2 before 10, as a view has them."""
    query = select(Team).where(Team.week_id == week.id)
    removed = col(Team.removed_version)
    if view.upto is None:
        query = query.where(removed.is_(None))
    else:
        query = query.where(Team.version <= view.upto, or_(removed.is_(None), removed > view.upto))
    return sorted(session.exec(query), key=lambda team: (name_order(team.name), team.name_key))


def count_by_week(session: Session) -> dict[int, int]:
    """Count the teams of each week, by the week's id, in one query; a week without teams is left out."""
    week_id = col(Team.week_id)
    there = col(Team.removed_version).is_(None)
    return dict(session.execute(sql_select(week_id, func.count()).where(there).group_by(week_id)).all())


def named(session: Session, week: AnyWeek, *, view: View = EVERYTHING) -> list[tuple[str, str]]:
    """The ids and names of the week's teams, by name, as a view has them."""
    session.flush()
    rows = _TEAMS.rows(session, week=week.id, upto=week.version + 1 if view.upto is None else view.upto)
    return [(team_id, name) for _, team_id, name in sorted(rows)]


def looks(session: Session, week: AnyWeek) -> dict[str, tuple[int | None, str]]:
    """The tones and emblems that were chosen for teams of a week, by the team's id; mostly there are few.

    They are not chosen while the board is frozen, so every view has the same.
    """
    session.flush()
    return {team_id: (tone, emblem or "") for team_id, tone, emblem in _LOOKS.rows(session, week=week.id)}


def tones(session: Session, week: AnyWeek) -> dict[str, int]:
    """The tones among them."""
    return {team_id: tone for team_id, (tone, _) in looks(session, week).items() if tone is not None}


def page(session: Session, week: Week, *, cursor: str | None, limit: int, view: View) -> Page[Team]:
    """Up to `limit` teams after the cursor, by name, as a view has them. Raises Malformed for a bad cursor."""
    teams = of_week(session, week, view=view)
    if cursor:
        last = paging.last_before(cursor, {team.id: team for team in teams}.get)
        teams = [team for team in teams if team.name_key > last.name_key]
    return paging.cut(teams[: limit + 1], limit, lambda team: team.id)


def find(session: Session, week: AnyWeek, team_id: str, *, view: View = EVERYTHING) -> Team:
    """The team of this id in this week, or that it was merged into, if a view has it. Raises NotFound."""
    team = session.get(Team, team_id) if is_id(team_id) else None
    if team is not None and team.merged_into is not None and not _is_seen(team, view):
        team = session.get_one(Team, team.merged_into)
    if team is None or team.week_id != week.id or not _is_seen(team, view):
        raise NotFound(f"There’s no team with the id “{team_id[:40]}” in {apart(week.name)}.")
    return team


def _is_seen(team: Team, view: View) -> bool:
    if view.upto is None:
        return team.removed_version is None
    return team.version <= view.upto and (team.removed_version is None or team.removed_version > view.upto)


def find_or_create(session: Session, week: Week, name: str, now: datetime) -> Team:
    """The week's team of this name (compared folded), made if there is none."""
    key = names.fold(name)
    team = session.exec(select(Team).where(Team.week_id == week.id, Team.name_key == key)).first()
    if team is None:
        team = Team(week_id=week.id, name=names.tidy(name), name_key=key, version=week.version + 1, created_at=now)
        session.add(team)
        session.flush()
    return team


def by_key(session: Session, week: AnyWeek) -> dict[str, tuple[str, str]]:
    """The ids and names of the week's teams by their folded names."""
    session.flush()
    return {key: (id_, name) for key, id_, name in _TEAMS.rows(session, week=week.id, upto=week.version + 1)}


def make(session: Session, week: Week, wanted: Mapping[str, tuple[str, str]], now: datetime) -> None:
    """Make teams of a locked week: ids and tidied names by folded name, none of which it has."""
    same = {"week_id": week.id, "version": week.version + 1, "created_at": now}
    _ADD.run(session, [{**same, "id": id_, "name": name, "name_key": key} for key, (id_, name) in wanted.items()])


def audit_target(team: Team) -> AuditTarget:
    """A team as the audit names it."""
    return AuditTarget("team", team.id, team.name)


def joins(
    session: Session, week: AnyWeek, people: Iterable[str] | None = None, *, view: View = EVERYTHING
) -> dict[str, list[Join]]:
    """Each person's joins in this week, oldest first; of all people or of those given, as a view has them."""
    found: defaultdict[str, list[Join]] = defaultdict(list)
    for person_id, team_id, at in _joins(session, week, people, view.upto):
        found[person_id].append(Join(team_id, at))
    return dict(found)


def _joins(session: Session, week: AnyWeek, people: Iterable[str] | None, upto: int | None) -> Iterable[Any]:
    if people is None and upto is None:
        session.flush()
        return _JOINS.rows(session, week=week.id)
    wanted = None if people is None else list(people)
    if wanted is not None and len(wanted) == 1 and upto is None:
        return _JOINS_OF.rows(session, week=week.id, person=wanted[0])
    query = select(Membership.person_id, Membership.team_id, Membership.at).where(
        Membership.week_id == week.id, counting(week.id, upto)
    )
    if wanted is not None:
        query = query.where(col(Membership.person_id).in_(wanted))
    if upto is not None:
        query = query.where(Membership.version <= upto)
    return session.exec(query.order_by(col(Membership.version)))


def people_of(session: Session, week: Week) -> dict[str, Person]:
    """Everybody who ever joined a team of this week, by id."""
    query = select(Person).where(col(Person.id).in_(select(Membership.person_id).where(Membership.week_id == week.id)))
    return {person.id: person for person in session.exec(query)}


def names_of(session: Session, week: Week) -> dict[str, str]:
    """The names of everybody who ever joined a team of this week, by person id."""
    session.flush()
    return dict(_NAMES.rows(session, week=week.id))


def ever_in(session: Session, team_id: str) -> list[str]:
    """The ids of everybody who ever joined this team."""
    return list(session.exec(select(Membership.person_id).where(Membership.team_id == team_id).distinct()))


def members(session: Session, week: Week) -> dict[str, list[Person]]:
    """The current members of each team, by team id; sorted by name."""
    people = people_of(session, week)
    found = group_members(joins(session, week), {person.id: person.name for person in people.values()})
    return {team_id: [people[person_id] for person_id in ids] for team_id, ids in found.items()}


def group_members(all_joins: Mapping[str, list[Join]], names_by_id: Mapping[str, str]) -> dict[str, list[str]]:
    """The ids of who is in each team after these joins, by team id; people sorted by name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    present = {person_id: team_id for person_id, joins in all_joins.items() if (team_id := current_team(joins))}
    for person_id in sorted(present, key=lambda each: (names_by_id[each].casefold(), names_by_id[each], each)):
        found[present[person_id]].append(person_id)
    return dict(found)


def oversized(session: Session, week: Week, size: int) -> list[str]:
    """A sentence for each team of the week that has more than `size` members."""
    sizes = dict(_SIZES.rows(session, week=week.id, size=size))
    return [
        f"Team {apart(name)} would have {sizes[team_id]} members; the rules allow {size}. "
        "Remove someone from it, or raise team.size in the rules."
        for team_id, name in (named(session, week) if sizes else ())
        if team_id in sizes
    ]


def touch_weeks_of(session: Session, changed: Collection[str], now: datetime, *, but: int | None = None) -> None:
    """Let every board and every list of shifts of these people show their new names, and who is active.

    `but` is a week that needs no telling. The caller waited in `alone`, for this locks several weeks.
    """
    if not changed:
        return
    week_ids: set[int] = set()
    seated: set[int] = set()
    for chunk in people_.chunks(sorted(changed), people_.CHUNK):
        week_ids |= set(session.exec(select(Membership.week_id).where(col(Membership.person_id).in_(chunk)).distinct()))
        seats = select(Shift.week_id).join(Seat, col(Seat.shift_id) == Shift.id).where(col(Seat.person_id).in_(chunk))
        seated |= set(session.exec(seats.distinct()))
    for week in session.exec(select(Week).where(col(Week.id).in_(seated - week_ids - {but}))):
        topics.bump(session, week, "shifts")
    query = select(Week.slug).where(col(Week.id).in_(week_ids - {but}), col(Week.removed_at).is_(None))
    for slug in session.exec(query.order_by(col(Week.id))).all():
        weeks.bump_version(session, weeks.lock(session, slug, now))
