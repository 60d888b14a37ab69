"""Deliveries in plain words: their states, and what was read of each."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from sqlmodel import Session

from app.domain.intake.kinds import KINDS
from app.domain.intake.reports import Author, ClockFact, Report, Withdrawal, Work
from app.domain.rules.model import Kind
from app.models import Delivery
from app.services.intake import readings
from app.services.rules import rule_sets
from app.web.http.render import stamp

STATES = {
    "received": "Being read",
    "recorded": "Recorded",
    "repeated": "Repeated",
    "ignored": "Ignored",
    "unmatched": "Unmatched",
    "outside": "Outside",
    "quarantined": "Quarantined",
}
MEANINGS = {
    "received": "It is read within seconds, or once its tool has confirmed it.",
    "recorded": "It is an activity now.",
    "repeated": "Its activity was there already, so it changes nothing.",
    "ignored": "Nothing in it earns points.",
    "unmatched": "Nobody here is known by its author, or it names none.",
    "outside": "No open week includes its time.",
    "quarantined": "It is signed, but can’t be read or isn’t allowed.",
}
REVERSED = "It reversed its activity."
LONGEST_BODY = 20_000
"""Bytes of a body that a page shows."""
MOST_REPORTS = 100


def meaning(delivery: Delivery) -> str:
    """The meaning of a delivery's state, for this one."""
    return REVERSED if is_reversal(delivery) else MEANINGS[delivery.state]


def reason(delivery: Delivery) -> str:
    """The reason for a delivery's state; none for one that is looked at again, whose kept one is of before that."""
    is_again = delivery.state == "received" and delivery.retry_at is None
    return "" if is_again else delivery.reason or ""


def is_reversal(delivery: Delivery) -> bool:
    """True if a delivery reversed an activity; work alone has a time."""
    return delivery.state == "recorded" and delivery.occurred_at is None


def tool(kind: str) -> str:
    """The tool of a kind of connection."""
    return KINDS[kind].title if kind in KINDS else kind.capitalize()


def kind_names(session: Session) -> Mapping[str, Kind]:
    """The kinds of activities by name, under the active rules."""
    return rule_sets.rules_numbered(session, None).kind_by_name


def one(kinds: Mapping[str, Kind], kind: str | None) -> str:
    """A kind in the singular, with a capital: “Response”."""
    known = kinds.get(kind or "")
    word = known.one if known else (kind or "report").replace("_", " ")
    return word[:1].upper() + word[1:]


def read(delivery: Delivery, kinds: Mapping[str, Kind], zone: tzinfo) -> list[str]:
    """The reading of a delivery, a sentence for each of its reports."""
    if delivery.reading is None:
        return []
    parsed = readings.from_text(delivery.reading, delivery.event_id)
    told = [" ".join(_report(report, kinds, zone)) for report in parsed.reports[:MOST_REPORTS]]
    left = len(parsed.reports) - MOST_REPORTS
    return [*told, f"And {left:,} more."] if left > 0 else told


def _report(report: Report, kinds: Mapping[str, Kind], zone: tzinfo) -> Iterator[str]:
    match report:
        case Work():
            yield f"{one(kinds, report.kind)} {report.external_id}"
            if report.subject:
                yield f"on {report.subject}"
            yield f"by {by(report.author)}, {stamp(report.occurred_at, zone)}."
            if report.response_seconds is not None:
                yield f"The answer took {report.response_seconds:,} seconds."
        case ClockFact(event="created"):
            yield f"Ticket {report.ticket} was opened {stamp(report.at, zone)}."
        case ClockFact():
            who = "A customer" if report.event == "customer" else "Staff"
            yield f"{who} wrote on ticket {report.ticket}, {stamp(report.at, zone)}."
        case Withdrawal():
            how = "was made private" if report.cause == "private" else "is gone at its tool"
            yield f"{one(kinds, report.kind)} {report.external_id} {how}."


def by(author: Author | None) -> str:
    """An author as the tool calls them."""
    if author is None:
        return "nobody it names"
    names = [author.name, *author.ids, author.email]
    return ", ".join(dict.fromkeys(name for name in names if name)) or "nobody it names"


def body(delivery: Delivery) -> str:
    """The beginning of a body that is kept, as text; empty where none is."""
    return (delivery.body or b"")[:LONGEST_BODY].decode("utf-8", "replace").replace("\0", "\ufffd")
