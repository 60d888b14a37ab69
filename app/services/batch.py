"""Many activities at once, all or nothing, with a sentence for every bad line."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.errors import Malformed
from app.models import LedgerEntry, Week
from app.services import ledger, people, rule_sets, weeks
from app.services.gate import Gate
from app.services.intake import Draft, Flaw, Key, Reading, read_json, read_row

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
    """Read CSV with a header row of the API's field names; a broken quote is a bad line, not a lost one."""
    reader = csv.DictReader(rows, strict=True)
    try:
        _check_header(reader.fieldnames or ())
        for row in reader:
            yield Line(reader.line_num, _read_cells(row))
    except csv.Error as error:
        yield Line(reader.line_num, Reading(None, flaws=(Flaw("", f"This line is not valid CSV: {error}."),)))


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


def _read_cells(row: dict[str | None, str | list[str] | None]) -> Reading:
    if None in row or None in row.values():
        return Reading(None, flaws=(Flaw("", "This row does not have as many cells as the header row."),))
    return read_row({str(name): str(value) for name, value in row.items()})


def record_all(session: Session, slug: str, lines: Sequence[Line], *, by: str, now: datetime) -> Outcome:
    """Record every line that repeats nothing; refuse them all if one is bad. Raises WeekUnknown or BatchRefused."""
    week = weeks.lock(session, slug, now)
    seen = known_keys(session, week, (line.reading.key for line in lines if line.reading.key))
    emails = [line.reading.draft.person for line in lines if line.reading.draft]
    gate = Gate(week, rule_sets.rules_of(session, week), people.by_email(session, emails), now)
    fresh: list[Draft] = []
    bad: list[dict[str, int | str]] = []
    for number, reading in lines:
        if reading.key in seen:
            continue
        if sentence := _refusal(reading, gate):
            bad.append({"line": number, "message": sentence})
        elif reading.draft:
            seen.add(reading.draft.key)
            fresh.append(reading.draft)
    if bad:
        raise _refused(bad)
    ledger.record(session, gate, fresh, by=by)
    return Outcome(len(fresh), len(lines) - len(fresh))


def _refusal(reading: Reading, gate: Gate) -> str | None:
    if reading.draft is None:
        return " ".join(flaw.message for flaw in reading.flaws)
    problem = gate.refusal(reading.draft)
    return problem.detail if problem else None


def _refused(bad: list[dict[str, int | str]]) -> BatchRefused:
    first = f"Line {bad[0]['line']}: {bad[0]['message']}"
    rest = f" There are {len(bad)} bad lines in all." if len(bad) > 1 else ""
    return BatchRefused(f"Nothing was recorded. {first}{rest}", errors=bad)


def known_keys(session: Session, week: Week, keys: Iterable[Key]) -> set[Key | None]:
    """Those of the keys that the week's ledger already has.

    Asked source by source and kind by kind: for a list of whole keys SQLite would read the week's index through.
    """
    wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key in set(keys):
        wanted[key.source, key.kind].append(key.external_id)
    found: set[Key | None] = set()
    for (source, kind), external_ids in wanted.items():
        for chunk in people.chunks(external_ids, people.CHUNK):
            query = select(LedgerEntry.external_id).where(
                LedgerEntry.week_id == week.id,
                LedgerEntry.source == source,
                LedgerEntry.kind == kind,
                col(LedgerEntry.external_id).in_(chunk),
            )
            found.update(Key(source, kind, external_id) for external_id in session.exec(query))
    return found
