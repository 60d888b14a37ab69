"""Confirmations: where a tool leaves the body out of its signature, its API is asked before a delivery counts."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from app.db.database import announce
from app.domain.intake.backfills import EVENT_PREFIX, Access
from app.domain.intake.kinds import KINDS
from app.domain.intake.reports import DeliveryUnreadable, Parsed, Withdrawal
from app.errors import Conflict
from app.events import DeliveryStored
from app.models import Connection, Delivery
from app.services import jobs
from app.services.intake import api_keys, deliveries, readings
from app.services.intake.deliveries import Parse
from app.services.operations.secrets import SigningKey

CONFIRM: Final = "delivery.confirm"
PATIENCE = timedelta(days=4)
"""The time after which a delivery whose job is gone is looked at again; the job has given up long before."""
WAITS = "Its content isn’t signed, so its tool is asked first."


class Question(NamedTuple):
    """A post to ask a tool for, by its id there."""

    kind: str
    external_id: str
    access: Access


def is_needed(session: Session, delivery: Delivery, connection: Connection, parsed: Parsed) -> bool:
    """Tell whether a delivery that is read for the first time counts only once its tool confirmed it."""
    return (
        KINDS[connection.kind].is_confirmed
        and delivery.reading is None
        and not (delivery.event_id or "").startswith(EVENT_PREFIX)
        and bool(parsed.reports)
        and api_keys.find(session, connection.id) is not None
    )


def ask(session: Session, delivery: Delivery, parsed: Parsed, now: datetime) -> None:
    """Have the tool asked by a job; until that has ended, the delivery is not claimed."""
    delivery.attempts += 1
    delivery.reason, delivery.retry_at = WAITS, now + PATIENCE
    session.add(delivery)
    session.flush()
    [external_id] = {getattr(report, "external_id", "") for report in parsed.reports}
    payload = {"delivery": delivery.id, "attempt": delivery.attempts, "external_id": external_id}
    key = f"{CONFIRM}:{delivery.id}:{delivery.attempts}"
    jobs.enqueue(session, CONFIRM, payload, run_at=delivery.received_at, key=key)


def question(session: Session, key: SigningKey, payload: Any) -> Question | None:
    """The question of a job; None where nothing is to be asked any more. Raises Conflict if the key can't be read."""
    delivery = _waiting(session, payload)
    if delivery is None or api_keys.find(session, delivery.connection_id) is None:
        return None
    access = api_keys.access(session, key, delivery.connection_id)
    if access is None:
        raise Conflict("There’s no API key that can be read. Set it again.")
    kind = session.get_one(Connection, delivery.connection_id).kind
    return Question(kind, payload["external_id"], access)


def settle(session: Session, payload: Any, asked: Question | None, told: bytes | None, parse: Parse) -> None:
    """Go on with a delivery by what its tool told: the body that its webhook would have, None for what it lacks.

    Where there was nothing to ask, the key is gone, and the delivery counts as without one.
    """
    delivery = _waiting(session, payload, locks=True)
    if delivery is None:
        return
    if asked is not None:
        try:
            parsed = _parsed(delivery, asked, told, parse)
        except DeliveryUnreadable as unreadable:
            _set_aside(session, delivery, str(unreadable))
            return
        delivery.reading, delivery.body, delivery.headers = readings.to_text(parsed), None, "[]"
    delivery.reason, delivery.retry_at = None, None
    session.add(delivery)
    session.flush()
    announce(session, DeliveryStored())


def _parsed(delivery: Delivery, asked: Question, told: bytes | None, parse: Parse) -> Parsed:
    """The reading of what is true. Raises DeliveryUnreadable where the tool tells something else."""
    tool, headers = KINDS[asked.kind].title, deliveries.headers_of(delivery)
    own = parse(asked.kind, headers, delivery.body or b"")
    if any(isinstance(report, Withdrawal) for report in own.reports):
        if told is not None:
            raise DeliveryUnreadable(f"{tool} still has the post that this says is deleted.")
        return own
    if told is None:
        raise DeliveryUnreadable(f"{tool} doesn’t know this post: it was deleted there, or someone else sent this.")
    return parse(asked.kind, headers, told)


def wait(session: Session, payload: Any, sentence: str, *, is_last: bool) -> None:
    """Say why the tool could not be asked; after the last attempt the delivery is set aside, to be replayed."""
    delivery = _waiting(session, payload, locks=True)
    if delivery is None:
        return
    if is_last:
        _set_aside(session, delivery, f"Its tool couldn’t be asked whether it is true: {sentence} Replay it then.")
        return
    delivery.reason = f"{WAITS} Last time: {sentence}"
    session.add(delivery)
    session.flush()


def _set_aside(session: Session, delivery: Delivery, reason: str) -> None:
    delivery.state, delivery.reason, delivery.retry_at = "quarantined", reason, None
    session.add(delivery)
    session.flush()


def _waiting(session: Session, payload: Any, *, locks: bool = False) -> Delivery | None:
    """The delivery of a job while it waits for that very one; after a replay it waits for the next."""
    query = select(Delivery).where(
        Delivery.id == payload["delivery"],
        Delivery.attempts == payload["attempt"],
        Delivery.state == "received",
        col(Delivery.retry_at).is_not(None),
    )
    return session.exec(query.with_for_update() if locks else query).first()
