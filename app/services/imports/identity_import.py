"""Identity lists: whom ids of outside tools belong to, from a table, imported all or nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.errors import Malformed, Problem
from app.services.imports.bad_lines import BadLines, BrokenCSV, read_records
from app.services.intake import authors

COLUMNS = ("source", "external_id", "email")
MAX_LINES = 10_000


class Entry(NamedTuple):
    """One line of a list (1-based)."""

    line: int
    source: str
    external_id: str
    email: str


class IdentityListRefused(Malformed):
    """At least one line is bad, so nothing was imported; `errors` lists the first, `more` counts the others."""

    title = "The list of identities has mistakes"


class Outcome(NamedTuple):
    """The outcome of an import: `repeated` lines were so before."""

    named: int
    repeated: int


def read_csv(rows: Iterable[str]) -> list[Entry]:
    """Read a CSV with the header `source,external_id,email`. Raises IdentityListRefused with every bad line."""
    entries: list[Entry] = []
    bad = BadLines()
    try:
        records = read_records(rows)
        if tuple(cell.strip().casefold() for cell in next(records, (1, []))[1]) != COLUMNS:
            raise IdentityListRefused(f"The first line must be {','.join(COLUMNS)}.")
        for number, (line, cells) in enumerate(records, 1):
            if number > MAX_LINES:
                bad.add(line, f"This line is one too many. A list has at most {MAX_LINES:,}; split it.")
                break
            if len(cells) == len(COLUMNS):
                entries.append(Entry(line, *(cell.strip() for cell in cells)))
            else:
                bad.add(line, f"This line has {len(cells)} cells, not {len(COLUMNS)}.")
    except BrokenCSV as broken:
        bad.add(broken.line, broken.sentence)
    if bad.count:
        raise _refused(bad)
    return entries


def apply(session: Session, entries: Iterable[Entry], act: Act) -> Outcome:
    """Name the people of a list. Raises IdentityListRefused; then nothing may be committed."""
    bad = BadLines()
    named = repeated = 0
    for entry in entries:
        try:
            _, was_so = authors.name(session, entry.source, entry.external_id, entry.email, act)
        except Problem as problem:
            bad.add(entry.line, problem.detail)
        else:
            repeated, named = repeated + was_so, named + (not was_so)
    if bad.count:
        raise _refused(bad)
    return Outcome(named, repeated)


def _refused(bad: BadLines) -> IdentityListRefused:
    rest = f" {bad.count - 1:,} more mistakes." if bad.count > 1 else ""
    return IdentityListRefused(f"Nothing was imported. {bad.first}{rest}", **bad.document)
