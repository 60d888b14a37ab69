"""Team lists: who plays in which team of a week, imported all or nothing."""

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db import alone
from app.domain import emails, names
from app.errors import Malformed, WeekNotOpen
from app.models import Membership, Week
from app.services import audit, people, rule_sets, scores, teams, weeks

COLUMNS = ["team", "name", "email"]
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


class Entry(NamedTuple):
    """One line of a team list (1-based): a person, by tidied name and folded e-mail, in a team."""

    line: int
    team: str
    name: str
    email: str


class RosterRefused(Malformed):
    """At least one line is bad, so nobody was added or moved; `errors` lists every bad line."""

    title = "The team list has mistakes"


class Outcome(NamedTuple):
    """What an import did."""

    teams: int
    people: int
    moved: int


def read_csv(rows: Iterable[str]) -> list[Entry]:
    """Read a CSV with the header `team,name,email`. Raises RosterRefused with every bad line."""
    reader = csv.reader(rows, strict=True)
    entries: list[Entry] = []
    bad: list[tuple[int, str]] = []
    line = 1
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        if header != COLUMNS:
            raise _refused([(1, f"The first line must be the header {','.join(COLUMNS)}.")])
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                entry, flaws = _entry(line, cells)
                bad += [(line, flaw) for flaw in flaws]
                entries.append(entry)
            line = reader.line_num + 1
    except csv.Error as error:
        bad.append((line, f"This line is not valid CSV: {error}."))
    bad += _twice(entries)
    if bad:
        raise _refused(sorted(bad))
    return entries


def _entry(line: int, cells: list[str]) -> tuple[Entry, list[str]]:
    if len(cells) != len(COLUMNS):
        return Entry(line, "", "", ""), [f"This line has {len(cells)} cells; it needs {', '.join(COLUMNS)}."]
    team, name, email = names.tidy(cells[0]), names.tidy(cells[1]), names.fold_email(cells[2])
    of_team = [f"The team {flaw}."] if (flaw := names.flaw(team)) else []
    return Entry(line, team, name, email), of_team + flaws_of(name, email)


def flaws_of(name: str, email: str) -> list[str]:
    """Why a tidied name and a folded e-mail cannot be a person's, a sentence each."""
    flaws = [f"The name {flaw}."] if (flaw := names.flaw(name)) else []
    if not _EMAIL.fullmatch(email) or names.flaw(email, emails.LONGEST) or emails.is_disguised(email):
        flaws.append(f"“{email[:60]}” is no e-mail.")
    return flaws


def _twice(entries: list[Entry]) -> list[tuple[int, str]]:
    first: dict[str, int] = {}
    found = []
    for entry in entries:
        if entry.email and entry.email in first:
            found.append((entry.line, f"{entry.email} is already on line {first[entry.email]}; keep one of them."))
        first.setdefault(entry.email, entry.line)
    return found


def _refused(bad: list[tuple[int, str]]) -> RosterRefused:
    rest = f" {len(bad) - 1} more mistakes." if len(bad) > 1 else ""
    return RosterRefused(
        f"Nobody was added. Line {bad[0][0]}: {bad[0][1]}{rest}",
        errors=[{"line": line, "message": message} for line, message in bad],
    )


def apply(session: Session, slug: str, entries: list[Entry], *, by: str, now: datetime) -> Outcome:
    """Put everybody on the list into their team, moving who is in another one. Who is not listed stays.

    Raises WeekUnknown, WeekNotOpen for a closed week, or TeamFull; then nothing has changed.
    """
    alone(session)
    week = weeks.lock(session, slug, now)
    if week.state == "closed":
        raise WeekNotOpen(week.name, week.state)
    moved = 0
    renamed: set[str] = set()
    for entry in entries:
        team = teams.find_or_create(session, week, entry.team, now)
        person, has_new_name = people.find_or_create(session, entry.email, entry.name, now)
        moved += teams.move(session, week, person, team, by=by, now=now)
        if has_new_name:
            renamed.add(person.id)
    rules = rule_sets.rules_of(session, week)
    teams.check_sizes(session, week, rules.team_size)
    scores.rebuild(session, week, rules)
    weeks.touch(session, week)
    touch_weeks_of(session, renamed, now, but=week.id)
    done = Outcome(len({names.fold(entry.team) for entry in entries}), len(entries), moved)
    audit.note(session, "teams.imported", weeks.thing(week), by=by, now=now, after=done._asdict())
    return done


def touch_weeks_of(session: Session, renamed: set[str], now: datetime, *, but: int | None = None) -> None:
    """Let every board that names these people show their new names; `but` is a week that needs no telling.

    The caller waited in `alone`, for this locks several weeks.
    """
    if not renamed:
        return
    seen_in = select(Membership.week_id).where(col(Membership.person_id).in_(renamed))
    query = select(Week.slug).where(col(Week.id).in_(seen_in)).order_by(col(Week.id))
    if but is not None:
        query = query.where(Week.id != but)
    for slug in session.exec(query).all():
        weeks.touch(session, weeks.lock(session, slug, now))
