"""Logs of Slack's people: processed at once, as somebody waits for the answer; what became of them; and undone."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.errors import AlreadyDone, Conflict, NotFound
from app.models import Delivery, LedgerEntry, Person, Week
from app.models.columns import is_id
from app.services.intake import deliveries
from app.services.ledger import hand_logs, rulings
from app.services.ledger.hand_logs import UNDO_FOR, UNDONE
from app.services.ledger.rulings import Ruling
from app.services.people import aliases
from app.services.rules import rule_sets
from app.services.scoring import activity_queries
from app.services.weeks import weeks


@dataclass(frozen=True, slots=True)
class LogOutcome:
    """The outcome of a log: its delivery's state and reason; its activity's id and kind, whose it is, if it stands.

    `is_undone` says that it doesn't because who logged it undid that.
    """

    state: str
    reason: str = ""
    activity_id: str = ""
    one: str = ""
    person: str = ""
    is_live: bool = False
    is_undone: bool = False


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
    person = session.get(Person, aliases.resolve(session, entry.person_id)) if entry.person_id else None
    return LogOutcome(
        delivery.state, delivery.reason or "", entry.id, kind.one if kind else entry.kind.replace("_", " "),
        person.name if person else "", session.exec(live).first() is not None,
        is_undone=bool(hand_logs.undone(session, [entry])),
    )  # fmt: skip


def _week_of(session: Session, entry: LedgerEntry) -> Week:
    return weeks.find_by_id(session, entry.week_id)


def undo(session: Session, source: str, activity_id: str, person: Person, act: Act) -> None:
    """Reverse what somebody logged in Slack a moment ago.

    Raises NotFound for what isn't theirs, WeekNotOpen, AlreadyDone, or Conflict where it is too late.
    """
    mine = LedgerEntry.source == source, col(LedgerEntry.person_id).in_(aliases.ids_of(person.id))
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id, *mine)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(hand_logs.NOT_YOURS)
    week = weeks.lock(session, _week_of(session, entry).slug, act.now)
    weeks.require_open(week)
    if rulings.counts(session, [entry])[entry.seq] % 2 == 1:
        raise AlreadyDone("This activity is already reversed.")
    if act.now > entry.recorded_at + UNDO_FOR:
        raise Conflict(hand_logs.TOO_LATE)
    rulings.add(session, week, [Ruling(entry, stands=False)], act, reason=UNDONE)


def log_again(session: Session, activity_id: str, person: Person, act: Act) -> bool:
    """Reinstate what somebody logged in Slack and undid, as they log it again; False for anything else."""
    mine = col(LedgerEntry.person_id).in_(aliases.ids_of(person.id))
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == activity_id, mine)).first()
    if entry is None:
        return False
    week = weeks.lock(session, _week_of(session, entry).slug, act.now)
    if week.state != "open" or not hand_logs.undone(session, [entry]):
        return False
    rulings.add(session, week, [Ruling(entry, stands=True)], act, reason=hand_logs.AGAIN)
    return True
