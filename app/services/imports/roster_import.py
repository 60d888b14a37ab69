"""Team lists: who plays in which team of a week, imported all or nothing."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.text import emails, names
from app.errors import Malformed, WeekNotOpen
from app.services import memberships
from app.services.audit import audit
from app.services.imports.bad_lines import BadLines, BrokenCSV, read_records
from app.services.people import people
from app.services.teams import teams
from app.services.weeks import weeks

COLUMNS = ["team", "name", "email"]

MAX_LINES = 50_000
"""Of one list. A megabyte of the shortest lines would take fifty in memory."""


class Entry(NamedTuple):
    """One line of a team list (1-based): a person, by tidied name and folded e-mail, in a team."""

    line: int
    team: str
    name: str
    email: str


class RosterRefused(Malformed):
    """At least one line is bad, so nobody was added or moved; `errors` lists the first, `more` counts the others."""

    title = "The team list has mistakes"


class Outcome(NamedTuple):
    """The outcome of an import."""

    teams: int
    people: int
    moved: int


def read_csv(rows: Iterable[str]) -> list[Entry]:
    """Read a CSV with the header `team,name,email`. Raises RosterRefused with every bad line."""
    entries: list[Entry] = []
    bad = BadLines()
    line_by_email: dict[str, int] = {}
    try:
        records = read_records(rows)
        _check_header(next(records, (1, []))[1])
        for number, (line, cells) in enumerate(records, 1):
            if number > MAX_LINES:
                bad.add(line, f"This line is one too many. A list has at most {MAX_LINES:,}; split it.")
                break
            entry, flaws = _entry(line, cells)
            for flaw in sorted([*flaws, *_repeated(entry, line_by_email)]):
                bad.add(line, flaw)
            if not bad.count:
                entries.append(entry)
    except BrokenCSV as broken:
        bad.add(broken.line, broken.sentence)
    if bad.count:
        raise _refused(bad)
    return entries


def _check_header(cells: list[str]) -> None:
    if [cell.strip().casefold() for cell in cells] != COLUMNS:
        bad = BadLines()
        bad.add(1, f"The first line must be the header {','.join(COLUMNS)}.")
        raise _refused(bad)


def _entry(line: int, cells: list[str]) -> tuple[Entry, list[str]]:
    if len(cells) != len(COLUMNS):
        return Entry(line, "", "", ""), [f"This line has {len(cells):,} cells; it needs {', '.join(COLUMNS)}."]
    team, name, email = names.tidy(cells[0]), names.tidy(cells[1]), names.fold_email(cells[2])
    of_team = [f"The team {flaw}."] if (flaw := names.flaw(team)) else []
    return Entry(line, team, name, email), of_team + people.flaws_of(name, email)


def _repeated(entry: Entry, line_by_email: dict[str, int]) -> list[str]:
    """List an entry's conflicts with those before it; `line_by_email` notes where each e-mail came first."""
    if len(entry.email) > emails.LONGEST:
        return []
    first = line_by_email.setdefault(entry.email, entry.line) if entry.email else entry.line
    return [] if first == entry.line else [f"{entry.email} is already on line {first}; keep one of them."]


def _refused(bad: BadLines) -> RosterRefused:
    rest = f" {bad.count - 1:,} more mistakes." if bad.count > 1 else ""
    return RosterRefused(f"Nobody was added. {bad.first}{rest}", **bad.document)


def apply(
    session: Session, slug: str, entries: list[Entry], act: Act, progress: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Put everybody on the list into their team, moving who is in another one. Who is not listed stays.

    `progress` is told how many more people were looked up. Raises WeekUnknown, WeekNotOpen for a closed week, or
    TeamFull; then nothing has changed.
    """
    now = act.now
    serialize(session)
    week = weeks.lock(session, slug, now)
    if week.state == "closed":
        raise WeekNotOpen(week.name, week.state)
    keys = {name: names.fold(name) for name in {entry.team: None for entry in entries}}  # once each: folding is slow
    team_ids = teams.ensure(session, week, keys, now)
    person_ids, renamed = people.ensure(session, {entry.email: entry.name for entry in entries}, now, progress)
    places = {person_ids[entry.email]: team_ids[keys[entry.team]] for entry in entries}
    moved = memberships.assign_all(session, week, places, act)
    weeks.bump_version(session, week)
    teams.touch_weeks_of(session, renamed, now, but=week.id)
    outcome = Outcome(len(set(keys.values())), len(entries), moved)
    audit.note(session, "teams.imported", weeks.audit_target(week), act, after=outcome._asdict())
    return outcome
