"""Identity lists: whom ids of outside tools belong to, from a table, imported all or nothing."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.tables import shortened
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice
from app.errors import Problem
from app.models import Person
from app.services.imports import headings, history, lists
from app.services.imports.bad_lines import BadLines
from app.services.intake import authors
from app.services.intake.authors import Naming

LAYOUT = Layout(
    (
        Column("source", ("tool", "connection", "system")),
        Column("external_id", ("id", "external", "user id", "login", "account id", "username", "id in the tool")),
        Column("email", (*headings.EMAIL, "person")),
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
    first: dict[tuple[str, str], tuple[Entry, str]] = {}
    for entry in entries:
        source, external_id, email, written = Naming.of(*entry[1:])
        above, its_email = first.setdefault((source, external_id), (entry, email or written))
        if its_email != (email or written):
            bad.add(entry.line, f"“{entry.external_id}” is {above.email} on line {above.line}. Keep one of them.")
    return [entry for entry in entries if entry.line not in bad.lines]


def apply(session: Session, found: IdentityList, act: Act) -> Outcome:
    """Name the people of a list. Raises ListRefused with every mistake; then nothing has changed."""
    serialize(session)
    judged = list(judge(session, found.entries, found.bad))
    lists.check(found.bad)
    fresh = [(each.naming, each.person) for each in judged if each.is_new]
    named = authors.name_all(session, fresh, act) if fresh else []
    outcome = Outcome(len(named), len(judged) - len(named))
    if named:
        history.note(session, "identities", None, act, outcome._asdict(), {"identities": named})
    return outcome


class Judged(NamedTuple):
    """A line that can be imported: whom it names, and whether that was not so before, nor on a line above."""

    entry: Entry
    naming: Naming
    person: Person
    is_new: bool


def judge(session: Session, entries: Sequence[Entry], bad: BadLines) -> Iterator[Judged]:
    """Judge lines with a few queries, however many there are; `bad` learns of those that name nobody."""
    namings = [Naming.of(*entry[1:]) for entry in entries]
    known = authors.known(session, namings)
    above: set[tuple[str, str]] = set()
    for entry, naming in zip(entries, namings, strict=True):
        try:
            person, identity = authors.judge(known, naming)
        except Problem as problem:
            bad.add(entry.line, _why_not(problem))
            continue
        key = (naming.source, naming.external_id)
        yield Judged(entry, naming, person, identity is None and key not in above)
        above.add(key)


def _why_not(problem: Problem) -> str:
    if isinstance(problem, authors.IdentityTaken):
        return f"{problem.fact} To name someone else, remove that identity first."
    return problem.detail
