"""Many activities at once, all or nothing, with a sentence for every bad line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import Draft, Flaw, Reading
from app.domain.rules.wording import listed
from app.errors import Malformed
from app.services.imports.bad_lines import BadLines, BrokenCSV, read_records
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import read_json, read_row
from app.services.ledger.ledger import HELD_BACK, Submission
from app.services.validation import LONGEST_NAME, MAX_BYTES

REQUIRED_COLUMNS = ("kind", "person", "occurred_at", "source", "external_id")

MAX_FLAWS = 10
"""Told of one line; an activity has nine fields."""

_NOT_BLANK = re.compile(rb"[^ \t\r\n][^\n]*")


class Line(NamedTuple):
    """One line of a file (1-based) as read."""

    number: int
    reading: Reading


class Outcome(NamedTuple):
    """The outcome of a batch."""

    recorded: int
    repeated: int


class BatchRefused(Malformed):
    """At least one line is bad, so nothing was recorded; `errors` lists the first of them, `more` counts the others."""

    title = "Nothing was recorded"


def read_ndjson(text: bytes) -> Iterator[Line]:
    """Read newline-delimited JSON; blank lines are passed over, however many there are, at no cost to speak of."""
    number, at = 1, 0
    for match in _NOT_BLANK.finditer(text):
        start, end = match.span()
        number += text.count(b"\n", at, start)
        at = start
        # What is longer is not even copied: one byte too many makes the reader refuse it.
        yield Line(number, read_json(text[start : min(end, start + MAX_BYTES + 1)], MAX_FLAWS))


def read_csv(rows: Iterable[str]) -> Iterator[Line]:
    """Read CSV with a header row of the API's field names; a broken quote is a bad line, not a lost one.

    A row that spans lines has the number of its first.
    """
    try:
        records = read_records(rows)
        _, header = next(records, (1, []))
        _check_header(header)
        for number, cells in records:
            yield Line(number, _read_cells(header, cells))
    except BrokenCSV as broken:
        yield Line(broken.line, Reading(None, flaws=(Flaw("", broken.sentence),)))


def _check_header(header: Sequence[str]) -> None:
    known = tuple(field.name for field in fields(Draft))
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    strange = [name for name in header if name not in known]
    if missing or strange or len(set(header)) != len(header):
        sentence = f"The header row must name the columns {', '.join(REQUIRED_COLUMNS)} and may name "
        sentence += f"{', '.join(name for name in known if name not in REQUIRED_COLUMNS)}, each once."
        if strange:
            sentence += f" It also has {listed([f'“{name[:LONGEST_NAME]}”' for name in strange])}."
        raise BatchRefused(sentence, errors=[{"line": 1, "message": sentence}])


def _read_cells(header: Sequence[str], cells: Sequence[str]) -> Reading:
    if len(cells) != len(header):
        return Reading(None, flaws=(Flaw("", "This row does not have as many cells as the header row."),))
    return read_row(dict(zip(header, cells, strict=True)), MAX_FLAWS)


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
    rest = f" There are {bad.count:,} bad lines in all." if bad.count > 1 else ""
    return BatchRefused(f"Nothing was recorded. {bad.first}{rest}", **bad.document)
