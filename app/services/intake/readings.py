"""Readings kept with deliveries: reports as JSON and back, for replays long after the body is gone."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.intake.reports import Author, ClockFact, Parsed, Report, Withdrawal, Work
from app.domain.text.names import fold_email
from app.models import Connection, Delivery
from app.services import clocks

_TYPES: dict[str, type[Report]] = {"work": Work, "clock": ClockFact, "withdrawal": Withdrawal}
_NAMES = {type_: name for name, type_ in _TYPES.items()}
_TIMES = ("occurred_at", "at")


class Progress(NamedTuple):
    """The reports of a long delivery that are judged: the next one, the one that decides so far, and its state."""

    next: int = 0
    report: int = -1
    state: str = ""


def to_text(parsed: Parsed, progress: Progress | None = None) -> str:
    """A reading as JSON, and how far its reports are judged where they are not yet."""
    reading: dict[str, Any] = {"ignored": parsed.ignored, "reports": [_fields(report) for report in parsed.reports]}
    if progress is not None:
        reading["progress"] = progress
    return json.dumps(reading, default=_plain, ensure_ascii=False)


def _fields(report: Report) -> dict[str, Any]:
    """The fields of a report; e-mails as they are compared, so that what waits for one is found."""
    fields = {"is": _NAMES[type(report)], **asdict(report)}
    author = fields.get("author")
    if author is not None and author["email"]:
        author["email"] = fold_email(author["email"])
    return fields


def _plain(value: Any) -> str:
    return str(value.isoformat())


def from_text(text: str, event_id: str | None) -> Parsed:
    """The reading that `to_text` wrote."""
    kept = json.loads(text)
    return Parsed(event_id, tuple(map(_report, kept["reports"])), kept["ignored"])


def progress_in(text: str | None) -> Progress:
    """Progress in judging the reports of a reading."""
    return Progress(*json.loads(text).get("progress", ())) if text else Progress()


def _report(fields: dict[str, Any]) -> Report:
    values = {name: value for name, value in fields.items() if name != "is"}
    for name in _TIMES:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    author = values.get("author")
    if author is not None:
        values["author"] = Author(
            tuple(author["ids"]), author["email"], author.get("name"), author.get("is_customer", False)
        )
    return _TYPES[fields["is"]](**values)


def keep_clocks(session: Session, *, after: int, limit: int) -> int | None:
    """Keep the clock facts of up to `limit` readings of deliveries after a number; the last number, None at the end."""
    serialize(session)
    query = (
        select(Delivery, Connection).join(Connection).where(Delivery.seq > after, col(Delivery.reading).is_not(None))
    )
    last: int | None = None
    for delivery, connection in session.exec(query.order_by(col(Delivery.seq)).limit(limit)):
        parsed = from_text(delivery.reading or "", delivery.event_id)
        clocks.keep(session, connection.source, [each for each in parsed.reports if isinstance(each, ClockFact)])
        last = delivery.seq
    return last
