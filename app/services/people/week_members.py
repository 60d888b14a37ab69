"""People as a week sees them, in one query: their teams, and since when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.memberships import Join
from app.models import Membership, Person, Team
from app.services.people import people
from app.services.weeks.weeks import AnyWeek

FEW = 16
"""Up to so many are looked up one by one with prepared statements, which are quicker than one long statement."""


class Player(NamedTuple):
    """A person in a week: their joins, oldest first, and the names of the teams they joined, by id."""

    id: str
    joins: list[Join]
    teams: dict[str, str]


_OF_WEEK = col(Membership.week_id) == bindparam("week")
_COLUMNS: tuple[Any, ...] = (Person.email, Person.id, Membership.team_id, Team.name, Membership.at)
_PLAYERS = (
    select(*_COLUMNS)
    .select_from(Person)
    .outerjoin(Membership, and_(col(Membership.person_id) == Person.id, _OF_WEEK))
    .outerjoin(Team, col(Team.id) == Membership.team_id)
    .order_by(col(Membership.version))
)
_ONE = Prepared(_PLAYERS.where(col(Person.email) == bindparam("email")))
_MANY = _PLAYERS.where(col(Person.email).in_(bindparam("emails", expanding=True)))
EVER_IN = select(col(Membership.person_id)).where(col(Membership.team_id) == bindparam("team"))
_OF_TEAM = Prepared(
    select(col(Membership.person_id), col(Membership.team_id), col(Membership.at))
    .where(_OF_WEEK, col(Membership.person_id).in_(EVER_IN))
    .order_by(col(Membership.version))
)


def by_email(session: Session, week: AnyWeek, emails: Iterable[str]) -> dict[str, Player]:
    """The people who have these (folded) e-mails, by e-mail, whether or not they joined a team of this week."""
    found: dict[str, Player] = {}
    for email, person_id, team_id, team, at in _rows(session, week, sorted(set(emails))):
        player = found.setdefault(email, Player(person_id, [], {}))
        if at is not None:
            player.joins.append(Join(team_id, at))
            player.teams[team_id] = team
    return found


def _rows(session: Session, week: AnyWeek, emails: Sequence[str]) -> Iterator[Any]:
    if len(emails) <= FEW:
        for email in emails:
            yield from _ONE.rows(session, week=week.id, email=email)
    else:
        for chunk in people.chunks(emails, people.CHUNK):
            yield from session.connection().execute(_MANY, {"week": week.id, "emails": chunk})


def joins_of_team(session: Session, week: AnyWeek, team_id: str) -> dict[str, list[Join]]:
    """All joins in this week, oldest first, of everybody who ever joined this team."""
    found: defaultdict[str, list[Join]] = defaultdict(list)
    for person_id, joined, at in _OF_TEAM.rows(session, week=week.id, team=team_id):
        found[person_id].append(Join(joined, at))
    return dict(found)
