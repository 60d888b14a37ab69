"""Previews of lists: what each row would do, row by row, with nothing changed."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.calendar.clock_times import clock_text
from app.domain.tables.header import Layout
from app.domain.tables.reading import Choice
from app.domain.text.direction import apart
from app.errors import Problem
from app.services.imports import (
    activity_files,
    batch,
    identity_import,
    people_import,
    reinstating,
    roster_import,
    shift_import,
)
from app.services.imports.bad_lines import BadLines
from app.services.imports.history import Kind
from app.services.imports.roster_plan import Effect, plan
from app.services.ledger import recording
from app.services.people import places
from app.services.people.places import Place
from app.services.rules import rule_sets
from app.services.shifts import coming_seats, shifts
from app.services.weeks import weeks

MOST_ROWS = 200
"""Shown of each preview; of the others only the number is told."""

LONGEST_ROW = 120
"""Characters of a rejected row that are shown."""

LAYOUTS: dict[Kind, Layout] = {
    "teams": roster_import.LAYOUT,
    "people": people_import.LAYOUT,
    "activities": batch.LAYOUT,
    "shifts": shift_import.LAYOUT,
    "identities": identity_import.LAYOUT,
}


class RowEffect(NamedTuple):
    """The effect of one row: its line, a word for it, whom or what it is about, and what changes."""

    line: int
    effect: str
    subject: str
    change: str


@dataclass
class Preview:
    """The effect of a list: rows by effect, the first of them, the mistakes, and notes about how it was read.

    `rejected` are the first rows with mistakes, each once with all of its own; `rows` are others.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[RowEffect] = field(default_factory=list)
    rejected: list[RowEffect] = field(default_factory=list)
    bad: BadLines = field(default_factory=BadLines)
    notes: list[str] = field(default_factory=list)

    def add(self, effect: RowEffect) -> None:
        """Count a row's effect, and keep the first; a rejected row, which `bad` has learned of before, has none."""
        if effect.line in self.bad.lines:
            return
        self.counts[effect.effect] += 1
        if len(self.rows) < MOST_ROWS:
            self.rows.append(effect)

    def show_rejected(self, text: str) -> None:
        """Tell of the rejected rows, as they were written, each with its mistakes."""
        told: dict[int, list[str]] = {}
        for each in self.bad.document["errors"]:
            told.setdefault(each["line"], []).append(each["message"])
        written = _written(text, told)
        self.rejected = [RowEffect(line, "rejected", written[line], " ".join(why)) for line, why in told.items()]


def _written(text: str, numbers: Iterable[int]) -> dict[int, str]:
    """The lines of these numbers as they were written, cut; empty ones for JSON, whose lines say little."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if text.lstrip()[:1] not in {"[", "{"} else []
    return {number: "".join(lines[number - 1 : number]).strip()[:LONGEST_ROW] for number in numbers}


def preview(session: Session, kind: Kind, slug: str, text: str, choice: Choice | None, act: Act) -> Preview:
    """Work out what a list would do; rows that are refused are in `bad`.

    Raises WeekUnknown, or ListRefused where nothing says which column is which.
    """
    found = _VERBS[kind](session, slug, text, choice, act)
    if found.bad.count:
        found.show_rejected(text)
    return found


def _teams(session: Session, slug: str, text: str, choice: Choice | None, act: Act) -> Preview:
    roster = roster_import.read(text, choice)
    week = weeks.find(session, slug, act.now)
    planned = plan(session, week, roster.entries, act.actor, roster.bad)
    found = Preview(bad=roster.bad, notes=roster.notes)
    known = planned.moves.keys() - set(planned.people.fresh.values())
    seats = coming_seats.count(session, week, known, act)
    changes = places.changes(session, planned.places)
    for effect in planned.effects:
        id_ = planned.people.ids[effect.entry.email]
        found.add(_of_person(effect, seats.get(id_, 0), _of_place(*changes.get(id_, (Place(), Place())))))
    if planned.new_teams:
        found.notes.append(f"New teams: {_few([name for _, name in planned.new_teams.values()])}.")
    return found


def _of_person(effect: Effect, seats: int, placed: list[str]) -> RowEffect:
    entry, team = effect.entry, apart(effect.entry.team)
    renamed = f", renamed from {apart(effect.former_name)}" if effect.former_name else ""
    word, change = "unchanged", f"in {team}"
    if effect.is_new:
        word, change = "new", f"joins {team}"
    elif effect.change != "unchanged":
        word = "moved" if effect.change == "moved" else "added"
        along = f", with {seats} coming {'seat' if seats == 1 else 'seats'}" if seats else ""
        change = (f"from {apart(effect.left)} to {team}" if effect.left else f"joins {team}") + along
    elif renamed or placed:
        word = "renamed" if renamed else "changed"
    return RowEffect(entry.line, word, f"{apart(entry.name)}, {entry.email}", "; ".join([change + renamed, *placed]))


def _people(session: Session, _slug: str, text: str, choice: Choice | None, act: Act) -> Preview:
    read = people_import.read(text, choice)
    found = Preview(bad=read.bad, notes=read.notes)
    planned = people_import.plan(session, read.entries, act.actor, read.bad)
    for entry in read.entries:
        id_ = planned.people.ids[entry.email]
        former_name, _ = planned.people.renamed.get(id_, ("", ""))
        before, after = planned.places.get(id_, (Place(), Place()))
        word = "new" if entry.email in planned.people.fresh else "changed" if id_ in planned.changed else "unchanged"
        changes = [f"renamed from {apart(former_name)}"] if former_name else []
        changes += _of_place(before, after)
        change = ", ".join(filter(None, after)) if word == "new" else "; ".join(changes)
        found.add(RowEffect(entry.line, word, f"{apart(entry.name)}, {entry.email}", change))
    return found


def _of_place(before: Place, after: Place) -> list[str]:
    return [
        f"{name} {now or 'none'}" + (f", was {former}" if former else "")
        for name, former, now in zip(Place._fields, before, after, strict=True)
        if now != former
    ]


def _few(names: list[str]) -> str:
    return ", ".join(map(apart, names[:10])) + (f" and {len(names) - 10:,} more" if len(names) > 10 else "")


def _activities(session: Session, slug: str, text: str, choice: Choice | None, act: Act) -> Preview:
    week = weeks.look(session, slug, act.now)
    weeks.require_begun(week)
    lines, notes = activity_files.read_text(text, week.zone, choice)
    judged = reinstating.judge(session, week, lines)
    again = set(judged.keys)
    rules = rule_sets.rules_of(session, week)
    admission = recording.admission_of(session, week, rules, (line.reading for line in judged.lines), act.now)
    found = Preview(notes=notes)
    for number, reading in judged.lines:
        outcome = admission.admit(reading, "")
        if isinstance(outcome, Problem):
            found.bad.add(number, outcome.detail)
            continue
        key = outcome.key
        word = "reinstated" if key in again else "repeated" if outcome.repeated else "new"
        again.discard(key)
        person = str(reading.draft.person) if reading.draft else ""
        found.add(RowEffect(number, word, f"{key.kind}, {person}", f"{key.source} {key.external_id}"))
    return found


def _shifts(session: Session, slug: str, text: str, choice: Choice | None, act: Act) -> Preview:
    week = weeks.find(session, slug, act.now)
    read = shift_import.read(text, choice)
    wanted = shift_import.wanted_of(week, read.entries, read.bad)
    known = {(shift.starts_at, shift.label) for shift in shifts.of_week(session, week)}
    found = Preview(bad=read.bad, notes=read.notes)
    fresh = {
        (slot.day, slot.start, fields.label) for slot, fields in wanted if (slot.starts_at, fields.label) not in known
    }
    for entry in read.entries:
        word = "new" if (entry.day, entry.start, entry.fields.label) in fresh else "there already"
        span = f"{entry.day}, {clock_text(entry.start)}–{clock_text(entry.until)}"
        found.add(RowEffect(entry.line, word, span, entry.fields.label))
    return found


def _identities(session: Session, _slug: str, text: str, choice: Choice | None, _act: Act) -> Preview:
    read = identity_import.read(text, choice)
    found = Preview(bad=read.bad, notes=read.notes)
    for entry, _, person, is_new in identity_import.judge(session, read.entries, read.bad):
        word = "new" if is_new else "there already"
        found.add(RowEffect(entry.line, word, f"{entry.source} {entry.external_id}", person.name))
    return found


_VERBS: dict[Kind, Callable[[Session, str, str, Choice | None, Act], Preview]] = {
    "teams": _teams,
    "people": _people,
    "activities": _activities,
    "shifts": _shifts,
    "identities": _identities,
}
