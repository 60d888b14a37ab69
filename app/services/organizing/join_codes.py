"""Join codes: what lets colleagues into a team by themselves, until it is full."""

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act, visitor
from app.domain.memberships import current_team
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, NotFound, WeekNotOpen
from app.models import JoinCode, Person, Team, Week
from app.services import memberships
from app.services.access import accounts, credentials
from app.services.audit import audit
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks

UNKNOWN = "This join code doesn’t work. Ask an organizer for the current one."
CANNOT_JOIN = "Can’t join: the team is full or that email is in use. Ask an organizer."


def tidy(typed: str) -> str:
    """A code as it is kept, however somebody typed it."""
    return credentials.tidy_code(typed)


def every(session: Session, week: Week) -> dict[str, str]:
    """The codes of a week's teams, by team id."""
    query = select(JoinCode).where(col(JoinCode.team_id).in_(select(Team.id).where(Team.week_id == week.id)))
    return {code.team_id: code.code for code in session.exec(query)}


def renew(session: Session, team: Team, act: Act) -> str:
    """Give a team a new code; the old one stops to count."""
    withdraw(session, team, act)
    code = JoinCode(team_id=team.id, code=credentials.make_code(), by=act.actor.name, created_at=act.now)
    session.add(code)
    session.flush()
    audit.note(session, "join-code.made", teams.audit_target(team), act)
    return code.code


def renew_in(session: Session, slug: str, team_id: str, act: Act) -> str:
    """Give a team of a week a new code. Raises WeekUnknown or NotFound."""
    return renew(session, teams.find(session, weeks.lock(session, slug, act.now), team_id), act)


def withdraw_in(session: Session, slug: str, team_id: str, act: Act) -> Team:
    """Take the code of a week's team away, if it has one. Raises WeekUnknown or NotFound."""
    team = teams.find(session, weeks.lock(session, slug, act.now), team_id)
    withdraw(session, team, act)
    return team


def withdraw(session: Session, team: Team, act: Act) -> None:
    """Take a team's code away, if it has one."""
    if (code := session.get(JoinCode, team.id)) is not None:
        session.delete(code)
        session.flush()
        audit.note(session, "join-code.withdrawn", teams.audit_target(team), act)


def look(session: Session, code: str) -> tuple[Team, Week]:
    """The team a code is for, and its week. Raises NotFound."""
    code = tidy(code)
    found = session.exec(select(JoinCode).where(JoinCode.code == code)).first() if credentials.is_code(code) else None
    if found is None:
        raise NotFound(UNKNOWN)
    team = session.get_one(Team, found.team_id)
    return team, weeks.find_by_id(session, team.week_id)


def join(session: Session, code: str, person: Person, act: Act) -> Team:
    """Put somebody who signed in into the code's team. Raises NotFound, WeekNotOpen, TeamFull, or Conflict."""
    team, week = look(session, code)
    week = weeks.lock(session, week.slug, act.now)
    if week.state == "closed":
        raise WeekNotOpen(week.name, week.state)
    joins = teams.joins(session, week, [person.id]).get(person.id, [])
    if joins and (present := current_team(joins)) not in {None, team.id}:
        name = teams.find(session, week, str(present)).name
        raise Conflict(f"You are in team {apart(name)}. Ask an organizer to move you.")
    memberships.assign(session, week, person, team, act)
    return team


def join_as_new(session: Session, code: str, act: Act, *, name: str, email: str) -> tuple[Person, Team]:
    """Make a person of somebody nobody knows, in the code's team. Raises NotFound, Malformed, or Conflict.

    One refusal for a full team and a known e-mail, so that a code tells little about who is here.
    """
    act = act.by(visitor(names.tidy(name)))
    serialize(session)
    team, week = look(session, code)
    if week.state != "closed" and _is_full(session, team, week):
        raise Conflict(CANNOT_JOIN)
    try:
        person = accounts.create(session, act, name=name, email=email)
        return person, join(session, code, person, act)
    except Conflict as problem:
        if isinstance(problem, WeekNotOpen):
            raise
        raise Conflict(CANNOT_JOIN) from None


def _is_full(session: Session, team: Team, week: Week) -> bool:
    """Asked before anybody looks for the e-mail, so that not even the time tells whether somebody has it."""
    return len(teams.members(session, week).get(team.id, [])) >= rule_sets.rules_of(session, week).team_size
