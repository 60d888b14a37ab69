"""Plans of team lists: what each line changes, and teams that would have more members than the rules allow."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.memberships import current_team
from app.domain.text import names
from app.domain.text.direction import apart
from app.models import Week
from app.models.columns import new_id
from app.services.imports import renames, same_person
from app.services.imports.bad_lines import BadLines
from app.services.people import people
from app.services.people.people import Wanted
from app.services.rules import rule_sets
from app.services.teams import teams

_LINES_NAMED = 12

Change = Literal["added", "moved", "unchanged"]


class Entry(NamedTuple):
    """One line of a team list (1-based): a person, by tidied name and folded e-mail, in a team.

    Function and office are None for a column the list lacks.
    """

    line: int
    team: str
    name: str
    email: str
    function: str | None = None
    office: str | None = None


class Effect(NamedTuple):
    """The effect of a line: what becomes of its person, the team they leave, and their former name where it changes."""

    entry: Entry
    change: Change
    is_new: bool
    left: str
    former_name: str


@dataclass(frozen=True)
class Plan:
    """The changes that a list makes to one version of a week, worked out before it is locked.

    `names` are by e-mail, `new_teams` ids and names by folded name, `moves` the team's id by person's id, `known_teams`
    the ids of those that were there.
    """

    week_id: int
    version: int
    size: int
    entries: Sequence[Entry]
    names: Mapping[str, str]
    people: Wanted
    new_teams: Mapping[str, tuple[str, str]]
    moves: Mapping[str, str]
    left: Mapping[str, str]
    known_teams: Sequence[str]
    teams: int

    @property
    def made(self) -> dict[str, Any]:
        """The ids of people and teams that the list makes, former and new names by the person's id, whom it knew."""
        return {
            "people": list(self.people.fresh.values()),
            "teams": [team_id for team_id, _ in self.new_teams.values()],
            "renamed": self.people.renamed,
            "named": self.people.known,
            "named_teams": list(self.known_teams),
        }

    @property
    def places(self) -> dict[str, tuple[str | None, str | None]]:
        """The function and office that the list says of each person, by their id."""
        return {self.people.ids[entry.email]: (entry.function, entry.office) for entry in self.entries}

    @cached_property
    def effects(self) -> list[Effect]:
        """The effect of each line, in order."""
        return [self._effect(entry) for entry in self.entries]

    def _effect(self, entry: Entry) -> Effect:
        person_id = self.people.ids[entry.email]
        left = self.left.get(person_id, "")
        change: Change = "unchanged" if person_id not in self.moves else "moved" if left else "added"
        former, _ = self.people.renamed.get(person_id, ("", ""))
        return Effect(entry, change, entry.email in self.people.fresh, left, former)


def plan(
    session: Session,
    week: Week,
    entries: Sequence[Entry],
    actor: Actor,
    bad: BadLines,
    progress: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Work out what these lines change in a week; `bad` learns of teams too full, and of owners' names."""
    keys = {name: names.fold(name) for name in {entry.team: None for entry in entries}}  # once each: folding is slow
    known = teams.by_key(session, week)
    new_teams: dict[str, tuple[str, str]] = {}
    for name, key in keys.items():
        if key not in known and key not in new_teams:
            new_teams[key] = (new_id(), name)
    by_email = {entry.email: entry.name for entry in entries}
    found = people.look_up(session, by_email, progress)
    renames.check(session, found, entries, actor, bad)
    same_person.check(found.ids, entries, bad)
    present = {person_id: current_team(joins) for person_id, joins in teams.joins(session, week).items()}
    every = known | new_teams
    target = {found.ids[entry.email]: every[keys[entry.team]][0] for entry in entries}
    moves = {person_id: team_id for person_id, team_id in target.items() if present.get(person_id) != team_id}
    size = rule_sets.rules_of(session, week).team_size
    names_by_id = dict(every.values())
    _check_sizes(entries, found.ids, {**present, **moves}, moves, size, names_by_id, bad)
    left = {person_id: names_by_id[team] for person_id in moves if (team := present.get(person_id)) is not None}
    there = [known[key][0] for key in dict.fromkeys(keys.values()) if key in known]
    number = len(set(keys.values()))
    return Plan(week.id, week.version, size, entries, by_email, found, new_teams, moves, left, there, number)


def _check_sizes(
    entries: Sequence[Entry],
    ids: Mapping[str, str],
    after: Mapping[str, str | None],
    moves: Mapping[str, str],
    size: int,
    team_names: Mapping[str, str],
    bad: BadLines,
) -> None:
    members: defaultdict[str, int] = defaultdict(int)
    for team_id in after.values():
        if team_id is not None:
            members[team_id] += 1
    full = {team_id for team_id, number in members.items() if number > size}
    if not full:
        return
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if moves.get(ids[entry.email]) in full:
            lines[moves[ids[entry.email]]].append(entry.line)
    for team_id, its_lines in lines.items():
        number = members[team_id]
        first_too_many = its_lines[max(0, len(its_lines) - (number - size))]
        bad.add(first_too_many, _too_full(team_names[team_id], number, size, its_lines))


def _too_full(team: str, number: int, size: int, lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LINES_NAMED])) + (", …" if len(lines) > _LINES_NAMED else "")
    what = "line" if len(lines) == 1 else "lines"
    return (
        f"Team {apart(team)} would have {number:,} members with {what} {shown}; the rules allow {size}. "
        "Remove someone from it, or raise team.size in the rules."
    )
