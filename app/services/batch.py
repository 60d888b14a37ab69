"""Many activities at once, all or nothing, with a sentence for every bad line."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.errors import Malformed, Problem
from app.services import players, recording, rule_sets, weeks
from app.services.gate import Gate, Row
from app.services.intake import Draft, Flaw, Reading, read_json, read_row

REQUIRED_COLUMNS = ("kind", "person", "occurred_at", "source", "external_id")


class Line(NamedTuple):
    """One line of a file (1-based) as read."""

    number: int
    reading: Reading


class Outcome(NamedTuple):
    """What became of a batch."""

    recorded: int
    repeated: int


class BatchRefused(Malformed):
    """At least one line is bad, so nothing was recorded; `errors` lists every bad line."""

    title = "Nothing was recorded"


def read_ndjson(lines: Iterable[bytes]) -> Iterator[Line]:
    """Read newline-delimited JSON; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Line(number, read_json(line))


def read_csv(rows: Iterable[str]) -> Iterator[Line]:
    """Read CSV with a header row of the API's field names; a broken quote is a bad line, not a lost one.

    A row that spans lines has the number of its first.
    """
    reader = csv.reader(rows, strict=True)
    number = 1
    try:
        header = next(reader, [])
        _check_header(header)
        number = reader.line_num + 1
        for cells in reader:
            if cells:
                yield Line(number, _read_cells(header, cells))
            number = reader.line_num + 1
    except csv.Error as error:
        yield Line(number, Reading(None, flaws=(Flaw("", f"This line is not valid CSV: {error}."),)))


def _check_header(header: Sequence[str]) -> None:
    known = tuple(Draft.model_fields)
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    strange = [name for name in header if name not in known]
    if missing or strange or len(set(header)) != len(header):
        sentence = f"The header row must name the columns {', '.join(REQUIRED_COLUMNS)} and may name "
        sentence += f"{', '.join(name for name in known if name not in REQUIRED_COLUMNS)}, each once."
        if strange:
            sentence += f" It also has {', '.join(f'“{name}”' for name in strange)}."
        raise BatchRefused(sentence, errors=[{"line": 1, "message": sentence}])


def _read_cells(header: Sequence[str], cells: Sequence[str]) -> Reading:
    if len(cells) != len(header):
        return Reading(None, flaws=(Flaw("", "This row does not have as many cells as the header row."),))
    return read_row(dict(zip(header, cells, strict=True)))


def record_all(session: Session, slug: str, lines: Sequence[Line], *, by: str, now: datetime) -> Outcome:
    """Record every line that repeats nothing; refuse them all if one is bad. Raises WeekUnknown or BatchRefused."""
    week = weeks.hold(session, slug, now)
    seen = recording.known_keys(session, week, (line.reading.key for line in lines if line.reading.key))
    emails = (line.reading.draft.person for line in lines if line.reading.draft)
    gate = Gate(week, rule_sets.rules_of(session, week), players.by_email(session, week, emails), now)
    rows: list[Row] = []
    bad: list[dict[str, int | str]] = []
    for number, reading in lines:
        if reading.key in seen:
            continue
        verdict = gate.judge(reading)
        if isinstance(verdict, Problem):
            bad.append({"line": number, "message": verdict.detail})
        else:
            seen.add(verdict.key)
            rows.append(gate.row(verdict, by))
    if bad:
        raise _refused(bad)
    recording.record(session, gate, rows)
    return Outcome(len(rows), len(lines) - len(rows))


def _refused(bad: list[dict[str, int | str]]) -> BatchRefused:
    first = f"Line {bad[0]['line']}: {bad[0]['message']}"
    rest = f" There are {len(bad)} bad lines in all." if len(bad) > 1 else ""
    return BatchRefused(f"Nothing was recorded. {first}{rest}", errors=bad)
