"""Logs of Slack's people: processed at once, as somebody waits for the answer, and what became of them."""

from dataclasses import dataclass

from sqlmodel import Session, select

from app.db.database import serialize
from app.models import Delivery, LedgerEntry, Person, Week
from app.services.intake import deliveries
from app.services.rules import rule_sets
from app.services.scoring import activity_queries
from app.services.weeks import weeks


@dataclass(frozen=True, slots=True)
class LogOutcome:
    """The outcome of a log: its delivery's state and reason; its activity's kind, whose that is, and if it stands."""

    state: str
    reason: str = ""
    one: str = ""
    person: str = ""
    is_live: bool = False


def claim(session: Session, delivery_id: str) -> Delivery | None:
    """The delivery of this id, to be processed in this transaction; None where it waits no more."""
    serialize(session)
    query = select(Delivery).where(Delivery.id == delivery_id, deliveries.waits())
    return session.exec(query.with_for_update()).first()


def outcome(session: Session, delivery_id: str) -> LogOutcome:
    """Tell what became of a delivery."""
    delivery = session.exec(select(Delivery).where(Delivery.id == delivery_id)).one()
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == delivery.activity_id)).first()
    if entry is None:
        return LogOutcome(delivery.state, delivery.reason or "")
    live = select(LedgerEntry.seq).where(LedgerEntry.seq == entry.seq, activity_queries.is_live())
    kind = rule_sets.rules_of(session, _week_of(session, entry)).kind_by_name.get(entry.kind)
    person = session.get(Person, entry.person_id) if entry.person_id else None
    return LogOutcome(
        delivery.state, delivery.reason or "", kind.one if kind else entry.kind.replace("_", " "),
        person.name if person else "", session.exec(live).first() is not None,
    )  # fmt: skip


def _week_of(session: Session, entry: LedgerEntry) -> Week:
    return weeks.find_by_id(session, entry.week_id)
