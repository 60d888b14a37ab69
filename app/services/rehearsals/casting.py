"""Casting: teams of a rehearsal like those of the week, and stand-ins for who is in them."""

from sqlmodel import Session

from app.domain.actor import Act
from app.models import Person, Week
from app.models.columns import new_id
from app.services import memberships
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.teams import teams
from app.services.weeks import weeks


def cast(session: Session, source: Week, week: Week, act: Act) -> int:
    """Make the teams with a stand-in for everybody who can sign in, called the same; the number of stand-ins.

    A stand-in's e-mail has lines, as no e-mail has, so nothing that a tool reports and no sign-in finds them. Raises
    TeamFull.
    """
    members = teams.members(session, source)
    places: dict[str, str | None] = {}
    for team in teams.of_week(session, source):
        made = teams.find_or_create(session, week, team.name, act.now)
        made.tone, made.emblem = team.tone, team.emblem
        session.add(made)
        for person in members.get(team.id, ()):
            if person.disabled_at is None:
                places[_stand_in(session, person, week, act).id] = made.id
    session.flush()
    memberships.assign_all(session, week, places, act)
    weeks.bump_version(session, week)
    scores.rebuild(session, week, rule_sets.rules_of(session, week))
    return len(places)


def _stand_in(session: Session, person: Person, week: Week, act: Act) -> Person:
    made = Person(
        id=new_id(), email=f"stand-in\n{week.id}\n{person.id}", name=person.name, created_at=act.now,
        removed_at=act.now, timezone=person.timezone, function=person.function, office=person.office,
        rehearsal_id=week.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
