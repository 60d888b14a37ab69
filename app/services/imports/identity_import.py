"""Identity lists: whom ids of outside tools belong to, from a table, imported all or nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.tables import shortened
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice
from app.errors import Problem
from app.services.imports import history, lists
from app.services.imports.bad_lines import BadLines
from app.services.intake import author_ids, authors

LAYOUT = Layout(
    (
        Column("source", ("tool", "connection", "system")),
        Column("external_id", ("id", "external", "user id", "login", "account id", "username", "id in the tool")),
        Column("email", ("email address", "mail", "mail address", "work email", "person")),
    )
)
COLUMNS = LAYOUT.names
MAX_LINES = 10_000


class Entry(NamedTuple):
    """One line of a list (1-based)."""

    line: int
    source: str
    external_id: str
    email: str


class IdentityList(NamedTuple):
    """A list as read, its mistakes and notes about it."""

    entries: list[Entry]
    bad: BadLines
    notes: list[str]


class Outcome(NamedTuple):
    """The outcome of an import: `repeated` lines were so before."""

    named: int
    repeated: int


def read(text: str, choice: Choice | None = None) -> IdentityList:
    """Read a list with the columns `source`, `external_id` and `email`. Raises ListRefused for unclear columns."""
    table, bad = lists.table_of(text, LAYOUT, choice), BadLines()
    entries: list[Entry] = []
    for row in lists.rows_of(table, bad, MAX_LINES):
        if flaw := shortened.flaw(row.cells["external_id"]):
            bad.add(row.line, f"“external_id” {flaw}.")
        else:
            entries.append(Entry(row.line, *(row.cells[name].strip() for name in COLUMNS)))
    return IdentityList(_once(entries, bad), bad, table.notes)


def _once(entries: list[Entry], bad: BadLines) -> list[Entry]:
    """The lines but for those that give the id of a line above to somebody else, of which `bad` learns."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        above = first.setdefault((entry.source, author_ids.tidy(entry.external_id, entry.source)), entry)
        if above.email.casefold() != entry.email.casefold():
            bad.add(entry.line, f"“{entry.external_id}” is {above.email} on line {above.line}. Keep one of them.")
    return [entry for entry in entries if entry.line not in bad.lines]


def apply(session: Session, found: IdentityList, act: Act) -> Outcome:
    """Name the people of a list. Raises ListRefused with every mistake; then nothing may be committed."""
    named, repeated = name_each(session, found.entries, found.bad, act)
    lists.check(found.bad)
    outcome = Outcome(len(named), repeated)
    if named:
        history.note(session, "identities", None, act, outcome._asdict(), {"identities": named})
    return outcome


def why_not(problem: Problem) -> str:
    """The reason that a line names nobody, and what to do about it."""
    if isinstance(problem, authors.IdentityTaken):
        return f"{problem.fact} To name somebody else, take that identity away first."
    return problem.detail


def name_each(session: Session, entries: Iterable[Entry], bad: BadLines, act: Act) -> tuple[list[str], int]:
    """Name the people of these entries; the ids of the identities that are new, and how many were so before."""
    named: list[str] = []
    repeated = 0
    for entry in entries:
        try:
            identity, was_so = authors.name(session, entry.source, entry.external_id, entry.email, act)
        except Problem as problem:
            bad.add(entry.line, why_not(problem))
        else:
            repeated += was_so
            named += [] if was_so else [identity.id]
    return named, repeated
