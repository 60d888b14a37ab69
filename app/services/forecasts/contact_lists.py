"""Lists of contacts: a table or JSON, read and judged as a whole, imported all or nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json
from sqlmodel import Session

from app.domain.actor import Act
from app.domain.forecast.intervals import CHANNELS, LENGTHS, Channel, Count
from app.domain.tables.header import Column, Layout
from app.errors import Malformed
from app.services.forecasts import contacts
from app.services.forecasts.contacts import MOST_CONTACTS, Imported, Outcome
from app.services.imports import lists
from app.services.imports.bad_lines import BadLines
from app.services.ledger.drafts import Instant, has_offset, read_local, read_moment
from app.services.validation import UTF16, Flaws, is_wide, validate

LAYOUT = Layout(
    (
        Column("starts_at", ("start", "time", "interval", "date", "timestamp")),
        Column("minutes", ("length", "interval minutes", "duration")),
        Column("channel", ("via", "source")),
        Column("contacts", ("count", "volume", "tickets", "calls", "number")),
    )
)
MAX_LINES = 120_000
"""Of one list: two channels of half hours for three years."""
MOST_OF_JSON = 10_000
_MINUTES = "“minutes” is 30 or 120."
_CHANNEL = "“channel” is email, chat or phone."
_CONTACTS = f"“contacts” is a whole number from 0 to {MOST_CONTACTS:,}, without separators."


class ContactIn(BaseModel):
    """Contacts of an interval of a channel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    starts_at: Instant
    minutes: Literal[30, 120]
    channel: Literal["email", "chat", "phone"]
    contacts: Annotated[int, Field(ge=0, le=MOST_CONTACTS)]


class Entry(NamedTuple):
    """A line, or a place in a JSON list (1-based)."""

    line: int
    row: Imported


class ContactList(NamedTuple):
    """A list as read, its mistakes and notes about it."""

    entries: list[Entry]
    bad: BadLines
    notes: list[str]


def read(text: str, zone: ZoneInfo) -> ContactList:
    """Read a table with the columns of LAYOUT; times without an offset are the zone's. Raises ListRefused."""
    table, bad = lists.table_of(text, LAYOUT), BadLines()
    entries: list[Entry] = []
    for row in lists.rows_of(table, bad, MAX_LINES):
        cells = {name: row.cells[name].strip() for name in LAYOUT.names}
        try:
            entries.append(Entry(row.line, _row(cells, zone)))
        except ValueError as flaw:
            bad.add(row.line, str(flaw))
    _check_overlaps(entries, bad)
    return ContactList(entries, bad, table.notes)


def _row(cells: dict[str, str], zone: ZoneInfo) -> Imported:
    """A line's count. Raises ValueError with its first flaw, a sentence."""
    minutes = next((each for each in LENGTHS if str(each) == cells["minutes"]), None)
    channel = next((each for each in CHANNELS if each == cells["channel"].casefold()), None)
    if minutes is None or channel is None:
        raise ValueError(_MINUTES if minutes is None else _CHANNEL)
    number = cells["contacts"]
    if not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) <= MOST_CONTACTS):
        raise ValueError(_CONTACTS)
    return Imported(channel, Count(_moment(cells["starts_at"], zone), minutes, int(number)))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return read_moment(text) if text and has_offset(text) else read_local(text, zone)
    except ValueError as flaw:
        raise ValueError(f"“starts_at” {flaw}.") from None


def read_json(raw: bytes) -> list[Imported]:
    """The counts of a JSON list. Raises Malformed with the first flaws."""
    if is_wide(raw):
        raise Malformed(UTF16)
    try:
        document = from_json(raw)
    except ValueError as error:
        raise Malformed(f"This isn’t valid JSON: {error}.") from None
    if not isinstance(document, list):
        raise Malformed("The body must be a JSON list of objects with starts_at, minutes, channel and contacts.")
    if len(document) > MOST_OF_JSON:
        raise Malformed(f"A list has at most {MOST_OF_JSON:,} entries; send it in pieces.")
    entries, bad = [], BadLines()
    for place, value in enumerate(document, 1):
        found = validate(ContactIn, value, 3) if isinstance(value, dict) else None
        if isinstance(found, ContactIn):
            entries.append(Entry(place, Imported(found.channel, Count(found.starts_at, found.minutes, found.contacts))))
        elif isinstance(found, Flaws):
            for flaw in found.told:
                bad.add(place, flaw.message)
        else:
            bad.add(place, "This isn’t a JSON object.")
    _check_overlaps(entries, bad)
    lists.check(bad)
    return [entry.row for entry in entries]


def _check_overlaps(entries: Sequence[Entry], bad: BadLines) -> None:
    """Tell of intervals that begin before another one of their channel is over."""
    last: dict[Channel, tuple[datetime, int]] = {}
    for entry in sorted(entries, key=lambda each: (each.row.counted.starts_at, each.line)):
        channel, count = entry.row
        until, line = last.get(channel, (count.starts_at, 0))
        if count.starts_at < until:
            bad.add(entry.line, f"This interval overlaps that on line {line}. Keep one of them.")
        last[channel] = count.starts_at + timedelta(minutes=count.minutes), entry.line


def apply(session: Session, found: ContactList, act: Act) -> Outcome:
    """Import a list. Raises ListRefused with every mistake; then nothing has changed."""
    lists.check(found.bad)
    return contacts.put(session, [entry.row for entry in found.entries], act)
