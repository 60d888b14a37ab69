"""People lists: who there is, with function and office, imported all or nothing and into no team."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act, Actor
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice
from app.domain.text import emails, names
from app.services.audit import audit
from app.services.imports import headings, history, lists, renames, same_person
from app.services.imports.bad_lines import BadLines
from app.services.people import people, places
from app.services.people.people import Wanted
from app.services.people.places import Place
from app.services.teams import teams

LAYOUT = Layout(
    (
        Column("email", (*headings.EMAIL, "person email")),
        Column("name", headings.NAME, parts=headings.PARTS),
        Column("function", headings.FUNCTION, required=False),
        Column("office", headings.OFFICE, required=False),
    )
)
MAX_LINES = 50_000


class Entry(NamedTuple):
    """One line of a list (1-based): a person, by folded e-mail and tidied name; None for a column the list lacks."""

    line: int
    email: str
    name: str
    function: str | None
    office: str | None


class PeopleList(NamedTuple):
    """A list as read: its good lines, its mistakes and notes about it."""

    entries: list[Entry]
    bad: BadLines
    notes: list[str]


class Outcome(NamedTuple):
    """The outcome of an import: `changed` people were here before and have another name, function or office now."""

    people: int
    new: int
    changed: int


def read(text: str, choice: Choice | None = None) -> PeopleList:
    """Read a list with `email`, `name` and maybe `function` and `office`. Raises ListRefused for unclear columns."""
    table, bad = lists.table_of(text, LAYOUT, choice), BadLines()
    entries: list[Entry] = []
    line_by_email: dict[str, int] = {}
    for row in lists.rows_of(table, bad, MAX_LINES):
        told = [names.tidy(row.cells[name]) if name in table.header.columns else None for name in Place._fields]
        entry = Entry(row.line, emails.written(row.cells["email"]), names.tidy(row.cells["name"]), *told)
        of_place = places.flaws_of(entry.function, entry.office)
        flaws = [*people.flaws_of(entry.name, entry.email).values(), *of_place]
        again = lists.repeated(entry.email, entry.line, line_by_email)
        flaws = flaws or again
        for flaw in sorted(flaws):
            bad.add(row.line, flaw)
        if not flaws:
            entries.append(entry)
    return PeopleList(entries, bad, table.notes)


@dataclass(frozen=True)
class Plan:
    """The changes a list makes: whom it adds, whom it renames, and former and new places by the person's id."""

    entries: Sequence[Entry]
    people: Wanted
    places: dict[str, tuple[Place, Place]]

    @cached_property  # for each of fifty thousand lines somebody asks whether it is among them
    def changed(self) -> set[str]:
        """The ids of people who were here before and change."""
        return {*self.people.renamed, *(self.places.keys() - set(self.people.fresh.values()))}

    @property
    def made(self) -> dict[str, Any]:
        """The ids of people the list adds and names, former and new names and places, and whether it tells places."""
        changed = {id_: change for id_, change in self.places.items() if id_ in self.changed}
        return {
            "people": list(self.people.fresh.values()),
            "renamed": self.people.renamed,
            "places": changed,
            "named": self.people.known,
            "placed": any(entry.function is not None or entry.office is not None for entry in self.entries),
        }


def plan(session: Session, entries: Sequence[Entry], actor: Actor, bad: BadLines) -> Plan:
    """Work out what a list changes, with a few queries however many lines there are; `bad` learns of owners' names."""
    found = people.look_up(session, {entry.email: entry.name for entry in entries})
    renames.check(session, found, entries, actor, bad)
    same_person.check(found.ids, entries, bad)
    told = {found.ids[entry.email]: (entry.function, entry.office) for entry in entries}
    return Plan(entries, found, places.changes(session, told))


def apply(session: Session, found: PeopleList, act: Act) -> Outcome:
    """Add who is not here, and give the others what the list says. Raises ListRefused; then nothing has changed."""
    serialize(session)
    planned = plan(session, found.entries, act.actor, found.bad)
    lists.check(found.bad)
    people.make(session, planned.people, {entry.email: entry.name for entry in planned.entries}, act.now)
    places.put(session, {id_: after for id_, (_, after) in planned.places.items()})
    teams.touch_weeks_of(session, planned.people.renamed, act.now)
    outcome = Outcome(len(planned.entries), len(planned.people.fresh), len(planned.changed))
    if outcome.new or outcome.changed:
        noted = history.note(session, "people", None, act, outcome._asdict(), planned.made)
        audit.note(session, "people.imported", history.audit_target(noted), act, after=outcome._asdict())
    return outcome
