"""Many activities at once, all or nothing, with a sentence for every bad line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import Flaw, Reading
from app.domain.rules import ADJUSTMENT
from app.domain.tables import shortened
from app.domain.tables.decoding import UTF8_MARK
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice, Misshapen
from app.errors import Malformed
from app.services.imports import headings, lists
from app.services.imports.bad_lines import BadLines
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import has_offset, read_json, read_row
from app.services.ledger.ledger import HELD_BACK, Submission
from app.services.validation import MAX_BYTES, UTF16, is_wide

LAYOUT = Layout(
    (
        Column("kind", ("activity", "activity kind", "type")),
        Column("person", ("email", *headings.EMAIL, "person email", "member")),
        Column("occurred_at", ("occurred", "when", "date and time", "time", "timestamp")),
        Column("source", ("tool",)),
        Column("external_id", ("external", "reference", "external reference")),
        Column("subject", ("ticket",), required=False),
        Column("response_seconds", ("seconds", "response time in seconds"), required=False),
        Column("url", ("link", "web address"), required=False),
        Column("note", ("notes", "comment", "comments"), required=False),
        Column("reversed", (), required=False),
    )
)
LOCAL_TIMES = "Times without an offset were read at the clocks of {}."
_IDS = ("external_id", "subject")
_YES = {"true", "yes", "1"}

MAX_FLAWS = 10
"""Told of one line; an activity has nine fields."""

_NOT_BLANK = re.compile(rb"[^ \t\r\n][^\n]*")


class Line(NamedTuple):
    """One line of a file (1-based) as read."""

    number: int
    reading: Reading


class ActivityList(NamedTuple):
    """A list as read, and notes about it."""

    lines: list[Line]
    notes: list[str]


class Outcome(NamedTuple):
    """The outcome of a batch; `reinstated` are activities whose import had been undone."""

    recorded: int
    repeated: int
    reinstated: int = 0


class BatchRefused(Malformed):
    """At least one line is bad, so nothing was recorded; `errors` lists the first of them, `more` counts the others."""

    title = "Nothing was recorded"


def read_ndjson(text: bytes) -> Iterator[Line]:
    """Read newline-delimited JSON; blank lines are passed over, however many there are, at no cost to speak of."""
    number, at = 1, 0
    text = text.removeprefix(UTF8_MARK)
    if is_wide(text):  # half of its line breaks would be lines of their own
        yield Line(1, Reading(None, flaws=(Flaw("", UTF16),)))
        return
    for match in _NOT_BLANK.finditer(text):
        start, end = match.span()
        number += text.count(b"\n", at, start)
        at = start
        # What is longer is not even copied: one byte too many makes the reader refuse it.
        yield Line(number, read_json(text[start : min(end, start + MAX_BYTES + 1)], MAX_FLAWS))


def read_csv(text: str, zone: ZoneInfo, choice: Choice | None = None) -> ActivityList:
    """Read a table with columns named like the API's fields; a row that spans lines has the number of its first.

    A time without an offset is one of the zone's clocks. What an export of ours marks as reversed is left out.
    Raises ListRefused where nothing says which column is which.
    """
    table = lists.table_of(text, LAYOUT, choice)
    lines: list[Line] = []
    left_out = local = 0
    is_export = "reversed" in table.header.columns
    for row in table:
        if isinstance(row, Misshapen):
            lines.append(Line(row.line, Reading(None, flaws=(Flaw("", row.sentence),))))
            continue
        cells = row.cells
        is_reversed = cells.pop("reversed").strip().casefold() in _YES
        if is_reversed or (is_export and cells["kind"] == ADJUSTMENT):
            left_out += 1
            continue
        local += not has_offset(cells["occurred_at"])
        lines.append(Line(row.line, read_row(cells, MAX_FLAWS, zone) if is_export else _read_row(cells, zone)))
    notes = table.notes + ([LOCAL_TIMES.format(zone.key)] if local else []) + left_out_notes(left_out)
    if not lines and not left_out:
        raise Malformed(f"{lists.NOTHING} {lists.NO_ROWS}")
    return ActivityList(lines, notes)


def _read_row(cells: Mapping[str, str], zone: ZoneInfo) -> Reading:
    """A row that somebody wrote; what we exported ourselves is as it was."""
    reading = read_row(cells, MAX_FLAWS, zone)
    flaws = [Flaw(name, f"“{name}” {flaw}.") for name in _IDS if (flaw := shortened.flaw(cells[name]))]
    if not flaws:
        return reading
    told = (*flaws, *reading.flaws)
    return Reading(None, None, told[:MAX_FLAWS], reading.more + max(0, len(told) - MAX_FLAWS))


def left_out_notes(number: int) -> list[str]:
    """A sentence about reversed activities and adjustments of an export; none where there are none."""
    what = "reversed activity or adjustment" if number == 1 else "reversed activities and adjustments"
    return [f"Left out {number:,} {what}."] if number else []


def record(session: Session, slug: str, lines: Sequence[Line], act: Act) -> Outcome:
    """Record every line that repeats nothing; refuse them all if one is bad. Raises WeekUnknown or BatchRefused."""
    submissions = [Submission(line.reading, act.actor) for line in lines]
    outcomes = ledger.record(session, slug, submissions, now=act.now, all_or_nothing=True)
    bad, repeated = BadLines(), 0
    for line, outcome in zip(lines, outcomes, strict=True):
        if isinstance(outcome, Recorded):
            repeated += outcome.repeated
        elif outcome is not HELD_BACK:
            bad.add(line.number, outcome.detail)
    if bad.count:
        raise refused(bad)
    return Outcome(len(lines) - repeated, repeated)


def refused(bad: BadLines) -> BatchRefused:
    """The refusal of a batch with bad lines."""
    return BatchRefused(f"Nothing was recorded. {bad.sentence}", **bad.document)
