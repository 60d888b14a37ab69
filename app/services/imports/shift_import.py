"""Shift lists: the calendar of a week from a table, imported all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.calendar import slots
from app.domain.calendar.clock_times import Minutes, clock_text
from app.domain.calendar.slots import Slot
from app.domain.tables.header import Column, Layout
from app.domain.tables.moments import read_clock_time, read_date
from app.domain.tables.reading import Choice, Row
from app.errors import Malformed
from app.models import Week
from app.services.audit import audit
from app.services.imports import headings, history, lists
from app.services.imports.bad_lines import BadLines
from app.services.shifts import shifts
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks

LAYOUT = Layout(
    (
        Column("date", headings.DATE),
        Column("from", headings.START),
        Column("until", headings.END),
        Column("seats", headings.SEATS, required=False),
        Column("needed", ("minimum", "people needed", "required"), required=False),
        Column("label", ("title", "name", "shift", "what"), required=False),
        Column("place", headings.PLACE, required=False),
        Column("link", ("url", "address", "meeting link"), required=False),
    )
)
COLUMNS = LAYOUT.names
MAX_LINES = 5_000
"""Of one list: a hundred days with two shifts an hour."""

_A_DAY = "Write the date as year-month-day: 2026-03-09. In a spreadsheet, format the column as yyyy-mm-dd."
_A_TIME = "Write “{}” as HH:MM, such as 06:00. In a spreadsheet, format the column as hh:mm."
_A_NUMBER = "“{}” is a whole number, or left empty."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a shift list (1-based): a span of a day, by the week's clocks, and the shift's fields."""

    line: int
    day: date
    start: Minutes
    until: Minutes
    fields: ShiftFields


class ShiftList(NamedTuple):
    """A list as read, its mistakes and notes about it."""

    entries: list[Entry]
    bad: BadLines
    notes: list[str]


class Outcome(NamedTuple):
    """The outcome of an import: `unchanged` lines name a shift of the same start and label that was there before."""

    created: int
    unchanged: int


def read(text: str, choice: Choice | None = None) -> ShiftList:
    """Read a list with the columns `date`, `from`, `until`, and if wanted the others of LAYOUT.

    Empty `seats` and `needed` are the usual ones. Raises ListRefused for unclear columns.
    """
    table, bad = lists.table_of(text, LAYOUT, choice), BadLines()
    entries: list[Entry] = []
    for row in lists.rows_of(table, bad, MAX_LINES):
        flaws = _flaws(row)
        for flaw in flaws:
            bad.add(row.line, flaw)
        if not flaws:
            entries.append(_entry(row))
    return ShiftList(entries, bad, table.notes)


def apply(session: Session, slug: str, found: ShiftList, act: Act) -> Outcome:
    """Make the shifts of a list; those of a start and label that the week has stay as they are.

    Raises WeekUnknown, ShiftRefused for a closed week, or ListRefused with every mistake; then nothing has changed.
    """
    week = shifts.hold_for_planning(session, slug, act)
    wanted = wanted_of(week, found.entries, found.bad)
    lists.check(found.bad)
    created = shifts.create_missing(session, week, wanted, act)
    outcome = Outcome(len(created), len(wanted) - len(created))
    if created:
        history.note(session, "shifts", week, act, outcome._asdict(), {"shifts": [shift.id for shift in created]})
    audit.note(session, "shifts.imported", weeks.audit_target(week), act, after=outcome._asdict())
    return outcome


def _flaws(row: Row) -> list[str]:
    """Every flaw that one line has by itself, each once: whoever mends it need not come back for the next."""
    cells = {name: row.cells[name].strip() for name in LAYOUT.names}
    parts: list[Callable[[], object]] = [
        partial(_day, cells["date"]),
        *(partial(_time, name, cells[name]) for name in ("from", "until")),
        *(partial(_number, name, cells[name], 1) for name in ("seats", "needed")),
        partial(_counts, cells["seats"], cells["needed"]),
        *(partial(shifts.check_line, name, cells[name]) for name in ("label", "place")),
        partial(shifts.check_link, cells["link"]),
    ]
    return list(dict.fromkeys(flaw for part in parts if (flaw := _flaw_of(part))))


def _flaw_of(part: Callable[[], object]) -> str:
    """The flaw with which a part can't be read; empty where it can."""
    try:
        part()
    except Malformed as flaw:
        return flaw.detail
    return ""


def _entry(row: Row) -> Entry:
    """One line that has no flaw. Raises Malformed."""
    day, start, until, seats, needed, label, place, link = (row.cells[name].strip() for name in LAYOUT.names)
    fields = shifts.check_fields(ShiftFields(*_counts(seats, needed), label, place, link or None))
    return Entry(row.line, _day(day), _time("from", start), _time("until", until), fields)


def _day(text: str) -> date:
    day = read_date(text)
    if day is None:
        raise Malformed(_A_DAY)
    return day


def _time(column: str, text: str) -> Minutes:
    minutes = read_clock_time(text)
    if minutes is None:
        raise Malformed(_A_TIME.format(column))
    return minutes


def _number(column: str, text: str, usual: int) -> int:
    if not text:
        return usual
    text = text.removesuffix(".0").removesuffix(",0")  # of a column that a program took for fractions
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Malformed(_A_NUMBER.format(column))
    return int(text)


def _counts(seats: str, needed: str) -> tuple[int, int]:
    usual = ShiftFields()
    counts = _number("seats", seats, usual.seats), _number("needed", needed, usual.needed)
    shifts.check_counts(*counts)
    return counts


def wanted_of(week: Week, entries: list[Entry], bad: BadLines) -> list[tuple[Slot, ShiftFields]]:
    """List the shifts that the lines ask for; `bad` learns of those that this week cannot have."""
    wanted: list[tuple[Slot, ShiftFields]] = []
    first_lines: dict[tuple[datetime, str], int] = {}
    for entry in entries:
        if flaws := _span_flaws(week, entry):
            for flaw in flaws:
                bad.add(entry.line, flaw)
            continue
        span = _slot(week, entry)
        first = first_lines.setdefault((span.starts_at, entry.fields.label), entry.line)
        if first != entry.line:
            bad.add(entry.line, f"A shift of this start and label is already on line {first}; keep one of them.")
        wanted.append((span, entry.fields))
    return wanted


def _span_flaws(week: Week, entry: Entry) -> list[str]:
    """Whatever keeps a line from being a shift of this week."""
    flaws = []
    if entry.start >= entry.until:
        span = f"{clock_text(entry.start)} to {clock_text(entry.until)}"
        flaws.append(f"A shift must end after it starts, on the same day: {span} doesn’t. Midnight is 24:00.")
    if not week.starts <= entry.day <= week.ends:
        flaws.append(f"{entry.day} is outside of the week, {week.starts} to {week.ends}.")
    if not flaws and (flaw := _flaw_of(lambda: shifts.check_slot(week, _slot(week, entry)))):
        flaws.append(flaw)
    return flaws


def _slot(week: Week, entry: Entry) -> Slot:
    return slots.slot(entry.day, entry.start, entry.until, week.zone)
