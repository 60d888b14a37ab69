"""Sign-in links for everyone of a week who never signed in: shown once to an organizer, or emailed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.database import serialize
from app.domain.actor import GRANT, Act
from app.domain.memberships import current_team
from app.domain.text import names
from app.domain.text.natural import name_order
from app.models import Membership, Person, Seat, Shift, SignIn, WaitingEntry, Week
from app.services.access import links
from app.services.people import people
from app.services.people.week_members import counting
from app.services.shifts.settings import settings_of
from app.services.teams import teams

NO_MAIL = "No mail server is set up here. Make the link, copy it and send it yourself."


@dataclass(frozen=True, slots=True)
class Invitation:
    """A sign-in link for a person of a week, shown once; `team` is empty for who is in none."""

    team: str
    name: str
    email: str
    secret: str


@dataclass(frozen=True, slots=True)
class Absentee:
    """A person of a week who never signed in; `team` is empty for who is in none."""

    team: str
    person: Person


def never_in_ids(session: Session, week: Week | None) -> SelectOfScalar[str]:
    """Select the ids of who never signed in: of the people of a week, or of all.

    A week's people are who ever was in one of its teams, who signed up for one of its shifts or waits for a seat, and
    where it has no teams yet or its seats need none, so that anyone may come: everyone who was added. A rehearsal has
    none.
    """
    been = select(SignIn.person_id)
    query = select(Person.id).where(
        people.IS_REAL, col(Person.disabled_at).is_(None), col(Person.removed_at).is_(None), col(Person.id).not_in(been)
    )
    if week is not None and week.rehearsal_of is not None:
        return query.where(false())
    if week is None or not teams.named(session, week) or not settings_of(session, week).needs_team:
        return query
    joined = select(col(Membership.person_id)).where(
        Membership.week_id == week.id, col(Membership.team_id).is_not(None), counting(week.id)
    )
    return query.where(
        or_(
            col(Person.id).in_(joined),
            col(Person.id).in_(_in_shifts(week, Seat, col(Seat.state) != "cancelled")),
            col(Person.id).in_(_in_shifts(week, WaitingEntry, col(WaitingEntry.state) == "waiting")),
        )
    )


def _in_shifts(week: Week, table: Any, condition: Any) -> SelectOfScalar[str]:
    shifts = select(Shift.id).where(Shift.week_id == week.id)
    return select(table.person_id).where(table.shift_id.in_(shifts), condition)


def never_in(session: Session, week: Week, act: Act) -> list[Absentee]:
    """People of a week who never signed in, owners only for their like; by team, who is in none last, and name."""
    ids = session.exec(never_in_ids(session, week)).all()
    found = people.by_id(session, ids).values()
    team_names = {team.id: team.name for team in teams.of_week(session, week)}
    joins = teams.joins(session, week)
    absentees = [
        Absentee(team_names.get(current_team(joins.get(person.id, [])) or "", ""), person)
        for person in found
        if person.role != "owner" or act.actor.may(GRANT)
    ]
    return sorted(absentees, key=_order)


def _order(absentee: Absentee) -> tuple[Any, ...]:
    team, person = absentee.team, absentee.person
    return not team, name_order(team), team, name_order(names.fold(person.name)), person.email


def mail(session: Session, week: Week, act: Act) -> int:
    """Have a link emailed to everyone who never signed in, each instead of the one before; how many. Real time."""
    serialize(session)
    absentees = never_in(session, week, act)
    for absentee in absentees:
        links.send_later(session, absentee.person, act)
    return len(absentees)


def invite(session: Session, week: Week, act: Act, *, again: bool = False) -> list[Invitation]:
    """A link for everyone who never signed in and has none that counts, or `again` for all who never did.

    A new link ends the one before. Links go by the real time, whatever it is in the week.
    """
    serialize(session)
    pending = {} if again else links.pending(session, act.now)
    return [
        Invitation(each.team, each.person.name, each.person.email, links.make(session, each.person, "invitation", act))
        for each in never_in(session, week, act)
        if each.person.id not in pending
    ]
