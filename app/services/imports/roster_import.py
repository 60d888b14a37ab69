"""Team lists: who plays in which team of a week, imported all or nothing."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice
from app.domain.text import emails, names
from app.errors import WeekNotOpen
from app.models import Week
from app.services import memberships
from app.services.audit import audit
from app.services.imports import headings, history, lists
from app.services.imports.bad_lines import BadLines
from app.services.imports.roster_plan import Entry as Entry
from app.services.imports.roster_plan import Plan, plan
from app.services.people import people, places
from app.services.people.places import Place
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks

LAYOUT = Layout(
    (
        Column("team", headings.TEAM),
        Column("name", (*headings.NAME, "member", "member name"), parts=headings.PARTS),
        Column("email", (*headings.EMAIL, "person email", "member email")),
        Column("function", headings.FUNCTION, required=False),
        Column("office", headings.OFFICE, required=False),
    )
)
MAX_LINES = 50_000
"""Of one list. A megabyte of the shortest lines would take fifty in memory."""


class Roster(NamedTuple):
    """A list as read: its good lines, its mistakes and notes about it."""

    entries: list[Entry]
    bad: BadLines
    notes: list[str]


class Outcome(NamedTuple):
    """The outcome of an import."""

    teams: int
    people: int
    moved: int


def read(text: str, choice: Choice | None = None) -> Roster:
    """Read a list with `team`, `name` and `email`, and maybe `function` and `office`.

    Raises ListRefused for unclear columns.
    """
    table, bad = lists.table_of(text, LAYOUT, choice), BadLines()
    entries: list[Entry] = []
    line_by_email: dict[str, int] = {}
    for row in lists.rows_of(table, bad, MAX_LINES):
        team, name = names.tidy(row.cells["team"]), names.tidy(row.cells["name"])
        told = [names.tidy(row.cells[name]) if name in table.header.columns else None for name in Place._fields]
        entry = Entry(row.line, team, name, emails.written(row.cells["email"]), *told)
        again = lists.repeated(entry.email, entry.line, line_by_email)
        flaws = _flaws(entry) or again
        for flaw in sorted(flaws):
            bad.add(row.line, flaw)
        if not flaws:
            entries.append(entry)
    return Roster(entries, bad, table.notes)


def _flaws(entry: Entry) -> list[str]:
    of_team = [f"The team {flaw}."] if (flaw := names.public_flaw(entry.team)) else []
    of_place = places.flaws_of(entry.function, entry.office)
    return [*of_team, *people.flaws_of(entry.name, entry.email).values(), *of_place]


def prepare(
    session: Session, slug: str, roster: Roster, act: Act, progress: Callable[[int], None] = lambda _: None
) -> Plan:
    """Work out what a list changes in a week, before it is locked. Raises WeekUnknown, WeekNotOpen or ListRefused.

    `progress` is told how many more people were looked up.
    """
    week = weeks.find(session, slug, act.now)
    _check_not_closed(week)
    found = plan(session, week, roster.entries, act.actor, roster.bad, progress)
    lists.check(roster.bad)
    return found


def apply(session: Session, slug: str, wanted: Plan | Sequence[Entry], act: Act) -> Outcome:
    """Put everybody on the list into their team, moving who is in another one. Who is not listed stays.

    A plan, which is what somebody's list has become, is noted in the history of imports, and worked out again where
    something else came between. Raises WeekUnknown, WeekNotOpen for a closed week, or ListRefused; then nothing has
    changed.
    """
    now = act.now
    serialize(session)
    week = weeks.lock(session, slug, now)
    _check_not_closed(week)
    prepared = wanted if isinstance(wanted, Plan) and _is_fresh(session, week, wanted) else None
    if prepared is None:
        bad = BadLines()
        entries = wanted.entries if isinstance(wanted, Plan) else wanted
        prepared = plan(session, week, entries, act.actor, bad)
        lists.check(bad)
    teams.make(session, week, prepared.new_teams, now)
    people.make(session, prepared.people, prepared.names, now)
    made = {**prepared.made, **_put_places(session, prepared)}
    moved = memberships.assign_all(session, week, prepared.moves, act)
    weeks.bump_version(session, week)
    teams.touch_weeks_of(session, prepared.people.renamed, now, but=week.id)
    outcome = Outcome(prepared.teams, len(prepared.entries), moved)
    if isinstance(wanted, Plan) and (moved or prepared.people.renamed or made["places"]):
        history.note(session, "teams", week, act, outcome._asdict(), made)
    audit.note(session, "teams.imported", weeks.audit_target(week), act, after=outcome._asdict())
    return outcome


def _put_places(session: Session, prepared: Plan) -> dict[str, Any]:
    """Give people the function and office that a list says; what to know of it to undo it."""
    told = prepared.places
    changes = places.changes(session, told)
    places.put(session, {id_: after for id_, (_, after) in changes.items()})
    fresh = set(prepared.people.fresh.values())
    return {
        "places": {id_: change for id_, change in changes.items() if id_ not in fresh},
        "placed": any(each != (None, None) for each in told.values()),
    }


def _check_not_closed(week: Week) -> None:
    if week.state == "closed":
        raise WeekNotOpen(week.name, week.state)


def _is_fresh(session: Session, week: Week, prepared: Plan) -> bool:
    """Tell whether nothing came between: another version of the week, other rules, a new e-mail."""
    size = rule_sets.rules_of(session, week).team_size
    return (week.id, week.version, size, people.count(session)) == (
        prepared.week_id, prepared.version, prepared.size, prepared.people.everybody,
    )  # fmt: skip
