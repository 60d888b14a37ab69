"""Teams and who is in them: people join, move and leave; every change is one more row."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.memberships import Join, current_team
from app.domain.text import names
from app.errors import NotFound, TeamFull
from app.models import Membership, Person, Team, Week
from app.models.columns import is_id, new_id
from app.services import paging
from app.services.audit.audit import Thing
from app.services.paging import Page
from app.services.weeks.weeks import AnyWeek

_IN_WEEK = col(Membership.week_id) == bindparam("week")
_JOINS = Prepared(
    select(Membership.person_id, Membership.team_id, Membership.at).where(_IN_WEEK).order_by(col(Membership.version))
)
_NAMES = Prepared(
    select(Person.id, Person.name).where(col(Person.id).in_(select(Membership.person_id).where(_IN_WEEK)))
)

_TEAMS = Prepared(
    select(Team.name_key, Team.id, Team.name).where(
        col(Team.week_id) == bindparam("week"), col(Team.version) <= bindparam("upto")
    )
)


def of_week(session: Session, week: AnyWeek, *, upto: int | None = None) -> list[Team]:
    """The week's teams by name; `upto` a version of the week."""
    query = select(Team).where(Team.week_id == week.id)
    if upto is not None:
        query = query.where(Team.version <= upto)
    return sorted(session.exec(query), key=lambda team: team.name_key)


def count_by_week(session: Session) -> dict[int, int]:
    """Count the teams of each week, by the week's id, in one query; a week without teams is left out."""
    week_id = col(Team.week_id)
    return dict(session.execute(sql_select(week_id, func.count()).group_by(week_id)).all())


def named(session: Session, week: AnyWeek, *, upto: int | None = None) -> list[tuple[str, str]]:
    """The ids and names of the week's teams, by name; `upto` a version of the week."""
    session.flush()
    rows = _TEAMS.rows(session, week=week.id, upto=week.version + 1 if upto is None else upto)
    return [(team_id, name) for _, team_id, name in sorted(rows)]


def page(session: Session, week: Week, *, cursor: str | None, limit: int, upto: int | None = None) -> Page[Team]:
    """Up to `limit` teams after the cursor, by name; `upto` a version. Raises Malformed for a bad cursor."""
    found = of_week(session, week, upto=upto)
    if cursor:
        last = paging.last_before(cursor, {team.id: team for team in found}.get)
        found = [team for team in found if team.name_key > last.name_key]
    return paging.cut(found[: limit + 1], limit, lambda team: team.id)


def find(session: Session, week: Week, team_id: str, *, upto: int | None = None) -> Team:
    """The team of this id in this week, `upto` a version of the week. Raises NotFound."""
    team = session.get(Team, team_id) if is_id(team_id) else None
    if team is None or team.week_id != week.id or (upto is not None and team.version > upto):
        raise NotFound(f"Week {week.name} has no team with the id “{team_id[:40]}”.")
    return team


def find_or_create(session: Session, week: Week, name: str, now: datetime) -> Team:
    """The week's team of this name (compared folded), made if there is none."""
    key = names.fold(name)
    team = session.exec(select(Team).where(Team.week_id == week.id, Team.name_key == key)).first()
    if team is None:
        team = Team(week_id=week.id, name=names.tidy(name), name_key=key, version=week.version + 1, created_at=now)
        session.add(team)
        session.flush()
    return team


def ensure(session: Session, week: Week, team_names: Iterable[str], now: datetime) -> dict[str, str]:
    """The ids of the week's teams by their folded names, made where there are none; in two statements."""
    session.flush()
    ids = {key: team_id for key, team_id, _ in _TEAMS.rows(session, week=week.id, upto=week.version + 1)}
    fresh = {}
    for name in team_names:
        key = names.fold(name)
        if key not in ids:
            ids[key] = new_id()
            fresh[key] = {"name": names.tidy(name), "name_key": key, "id": ids[key]}
    if fresh:
        same = {"week_id": week.id, "version": week.version + 1, "created_at": now}
        session.execute(insert(Team), [{**row, **same} for row in fresh.values()])
    return ids


def thing(team: Team) -> Thing:
    """A team as the audit names it."""
    return Thing("team", team.id, team.name)


def joins(
    session: Session, week: AnyWeek, people: Iterable[str] | None = None, *, upto: int | None = None
) -> dict[str, list[Join]]:
    """Each person's joins in this week, oldest first; of all people or of those given, `upto` a version of the week."""
    found: defaultdict[str, list[Join]] = defaultdict(list)
    for person_id, team_id, at in _joins(session, week, people, upto):
        found[person_id].append(Join(team_id, at))
    return dict(found)


def _joins(session: Session, week: AnyWeek, people: Iterable[str] | None, upto: int | None) -> Iterable[Any]:
    if people is None and upto is None:
        session.flush()
        return _JOINS.rows(session, week=week.id)
    query = select(Membership.person_id, Membership.team_id, Membership.at).where(Membership.week_id == week.id)
    if people is not None:
        query = query.where(col(Membership.person_id).in_(list(people)))
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
    for person_id in sorted(all_joins, key=lambda each: (names_by_id[each].casefold(), names_by_id[each], each)):
        team_id = current_team(all_joins[person_id])
        if team_id is not None:
            found[team_id].append(person_id)
    return dict(found)


def move(session: Session, week: Week, person: Person, team: Team | None, *, by: str, now: datetime) -> bool:
    """Put a person into a team of a locked week, or out of all (None); says whether that changed anything.

    The caller scores the week anew, for work may now count for another team, and touches it.
    `now` is moved up to the person's last change, so that a clock set back cannot reorder history.
    """
    history = joins(session, week, [person.id]).get(person.id, [])
    target = team.id if team else None
    if (current_team(history) if history else None) == target:
        return False
    at = max([now, *(join.at for join in history)])
    session.add(
        Membership(week_id=week.id, person_id=person.id, team_id=target, at=at, version=week.version + 1, by=by)
    )
    session.flush()
    return True


def assign(session: Session, week: Week, places: Mapping[str, str], *, by: str, now: datetime) -> int:
    """Put many people (by id) into teams (ids) of a locked week, as `move` does with one; how many that moved."""
    histories = joins(session, week)
    rows = []
    for person_id, team_id in places.items():
        history = histories.get(person_id, [])
        if (current_team(history) if history else None) != team_id:
            at = max([now, *(join.at for join in history)])
            rows.append({"person_id": person_id, "team_id": team_id, "at": at})
    if rows:
        same = {"week_id": week.id, "version": week.version + 1, "by": by}
        session.execute(insert(Membership), [{**row, **same} for row in rows])
    return len(rows)


def check_sizes(session: Session, week: Week, size: int) -> None:
    """Raise TeamFull if a team of the week has more members than the rules allow."""
    if sentences := oversized(session, week, size):
        raise TeamFull(" ".join(sentences))


def oversized(session: Session, week: Week, size: int) -> list[str]:
    """A sentence for each team of the week that has more than `size` members."""
    sizes = Counter(map(current_team, joins(session, week).values()))
    return [
        f"Team {name} would have {sizes[team_id]} members; the rules allow {size}. "
        "Take someone out of it, or raise team.size in the rules."
        for team_id, name in named(session, week)
        if sizes[team_id] > size
    ]
