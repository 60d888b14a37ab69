"""People as a week sees them, in one query: their teams, and since when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.draft import PersonId
from app.domain.memberships import Join
from app.models import ListImport, Membership, Person, PersonAddress, Team
from app.services.people.people import CHUNK, chunks
from app.services.weeks.weeks import AnyWeek

FEW = 16
"""Up to so many are looked up one by one with prepared statements, which are quicker than one long statement."""

_UNDONE = (
    col(ListImport.week_id) == col(Membership.week_id), col(ListImport.kind) == "teams",
    col(ListImport.undone_at).is_not(None),
)  # fmt: skip
_BROUGHT = select(col(ListImport.version)).where(*_UNDONE).correlate(Membership)
_PUT_BACK = select(col(ListImport.undone_version)).where(*_UNDONE, col(ListImport.undone_version).is_not(None))
BY_HAND = and_(
    col(Membership.version).not_in(_BROUGHT), col(Membership.version).not_in(_PUT_BACK.correlate(Membership))
)
"""Memberships that no undone import brought, nor its undoing."""


def counting(week_id: Any, version: int | None = None) -> ColumnElement[bool]:
    """The memberships of a week that count: to leave, and to join a team that is not removed (by a version, or now)."""
    removed = col(Team.removed_version)
    gone = removed.is_not(None) if version is None else removed <= version
    team_id = col(Membership.team_id)
    return or_(team_id.is_(None), team_id.not_in(select(col(Team.id)).where(col(Team.week_id) == week_id, gone)))


class Player(NamedTuple):
    """A person in a week: their joins, oldest first, and the names of the teams they joined, by id."""

    id: str
    email: str
    joins: list[Join]
    teams: dict[str, str]


_OF_WEEK = and_(col(Membership.week_id) == bindparam("week"), counting(bindparam("week")))
_COLUMNS: tuple[Any, ...] = (Person.email, Person.id, Membership.team_id, Team.name, Membership.at)
_PLAYERS = (
    select(*_COLUMNS)
    .select_from(Person)
    .outerjoin(Membership, and_(col(Membership.person_id) == Person.id, _OF_WEEK))
    .outerjoin(Team, col(Team.id) == Membership.team_id)
    .order_by(col(Membership.version))
)
_BY_EMAIL, _BY_ID = (
    (
        Prepared(_PLAYERS.where(column == bindparam("key"))),
        _PLAYERS.where(column.in_(bindparam("keys", expanding=True))),
    )
    for column in (col(Person.email), col(Person.id))
)
EVER_IN = select(col(Membership.person_id)).where(col(Membership.team_id) == bindparam("team"))
_OF_TEAM = Prepared(
    select(col(Membership.person_id), col(Membership.team_id), col(Membership.at))
    .where(_OF_WEEK, col(Membership.person_id).in_(EVER_IN))
    .order_by(col(Membership.version))
)


def find(session: Session, week: AnyWeek, people: Iterable[str | PersonId]) -> dict[str | PersonId, Player]:
    """The people who have these (folded) e-mails or ids, whether or not they joined a team of this week."""
    wanted = set(people)
    by_id = _find(session, week, _BY_ID, {person.id for person in wanted if isinstance(person, PersonId)})
    by_email = _find(session, week, _BY_EMAIL, {person for person in wanted if isinstance(person, str)})
    players: dict[str | PersonId, Player] = {PersonId(player.id): player for player in by_id}
    players |= {player.email: player for player in by_email}
    return players | _by_further(session, week, wanted - players.keys()) if wanted - players.keys() else players


def _by_further(session: Session, week: AnyWeek, missing: set[str | PersonId]) -> dict[str | PersonId, Player]:
    """The players whom no main e-mail and no id of these found: by a further e-mail, or as somebody’s alias."""
    ids: dict[str | PersonId, str] = {}
    for chunk in chunks(sorted(each for each in missing if isinstance(each, str)), CHUNK):
        further = select(col(PersonAddress.email), col(PersonAddress.person_id))
        ids |= dict(session.connection().execute(further.where(col(PersonAddress.email).in_(chunk))).all())
    players = {player.id: player for player in _find(session, week, _BY_ID, set(ids.values()))}
    return {key: players[person_id] for key, person_id in ids.items()}


def _find(session: Session, week: AnyWeek, statements: tuple[Prepared, Any], keys: set[str]) -> Iterable[Player]:
    players: dict[str, Player] = {}
    for email, person_id, team_id, team, at in _rows(session, week, statements, sorted(keys)):
        player = players.setdefault(person_id, Player(person_id, email, [], {}))
        if at is not None:
            player.joins.append(Join(team_id, at))
            player.teams[team_id] = team
    return players.values()


def _rows(session: Session, week: AnyWeek, statements: tuple[Prepared, Any], keys: Sequence[str]) -> Iterator[Any]:
    one, many = statements
    if len(keys) <= FEW:
        for key in keys:
            yield from one.rows(session, week=week.id, key=key)
    else:
        for chunk in chunks(keys, CHUNK):
            yield from session.connection().execute(many, {"week": week.id, "keys": chunk})


def joins_of_team(session: Session, week: AnyWeek, team_id: str) -> dict[str, list[Join]]:
    """All joins in this week, oldest first, of everybody who ever joined this team."""
    found: defaultdict[str, list[Join]] = defaultdict(list)
    for person_id, joined, at in _OF_TEAM.rows(session, week=week.id, team=team_id):
        found[person_id].append(Join(joined, at))
    return dict(found)
