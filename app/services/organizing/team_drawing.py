"""Teams of a week drawn from a list of people: a list of teams, which is then imported like any other."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.memberships import current_team
from app.domain.team_draw import Player, draw
from app.domain.text import names
from app.errors import Conflict, Malformed
from app.models import Person, Week
from app.services.exports import csv_text
from app.services.imports import lists, same_person
from app.services.imports.people_import import PeopleList
from app.services.people import people
from app.services.people.places import Place
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks

MOST_PEOPLE = 1_000
"""Of one draw: it looks at every team for every one of them."""
MOST_SEED = 999_999


class Drawn(NamedTuple):
    """The teams that were drawn, with who is in them; `left_out` are in a team of the week already.

    `columns` are those of function and office that the list has.
    """

    teams: Sequence[tuple[str, Sequence[Player]]]
    left_out: Sequence[str]
    columns: Sequence[str] = ()

    def text(self) -> str:
        """A list of teams as it is imported: `team,name,email`, and functions and offices as they were told."""
        columns = ("name", "email", *self.columns)
        rows = [
            (team, *(getattr(player, name) for name in columns)) for team, players in self.teams for player in players
        ]
        return csv_text.text([("team", *columns), *rows])


def draw_teams(session: Session, slug: str, found: PeopleList, seed: int, act: Act) -> Drawn:
    """Draw teams of the size that the rules allow, from who is in none yet.

    Raises WeekUnknown, ListRefused with every mistake of the list, Malformed for too many people, or Conflict
    where nobody is left.
    """
    lists.check(found.bad)
    if len(found.entries) > MOST_PEOPLE:
        raise Malformed(f"Draw at most {MOST_PEOPLE:,} people at once. Split the list.")
    week = weeks.find(session, slug, act.now)
    known = people.by_email(session, [entry.email for entry in found.entries])
    same_person.check({email: person.id for email, person in known.items()}, found.entries, found.bad)
    lists.check(found.bad)
    placed = _placed(session, week, known)
    players = [
        Player(entry.email, entry.name, entry.function or "", entry.office or "")
        for entry in found.entries
        if entry.email not in placed
    ]
    if not players:
        raise Conflict.at(text="Everyone on this list is in a team already. Add people who are in none.")
    drawn = draw(players, rule_sets.rules_of(session, week).team_size, seed)
    columns = [name for name in Place._fields if any(getattr(entry, name) is not None for entry in found.entries)]
    return Drawn(list(zip(_free_names(session, week), drawn, strict=False)), sorted(placed), columns)


def _placed(session: Session, week: Week, known: Mapping[str, Person]) -> set[str]:
    """The e-mails of those of these people who are in a team of the week."""
    joins = teams.joins(session, week, [person.id for person in known.values()])
    return {email for email, person in known.items() if current_team(joins.get(person.id, ())) is not None}


def _free_names(session: Session, week: Week) -> Iterator[str]:
    """The names “Team 1”, “Team 2” and so on that no team of the week has."""
    taken = {team.name_key for team in teams.of_week(session, week)}
    return (name for number in count(1) if names.fold(name := f"Team {number}") not in taken)
