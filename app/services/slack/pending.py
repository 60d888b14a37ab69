"""Calls whose answer comes later, at their `response_url`: each is kept until it is told, and done once."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.domain.slack.calls import Call
from app.models import SlackCall
from app.models.columns import new_id
from app.services import jobs

ANSWER: Final = "slack.answer"
"""The kind of the job that does what a call asks for, unless it is done, and sends its answer."""
OPEN: Final = timedelta(minutes=30)
"""The time for which Slack takes answers at a `response_url` (docs.slack.dev)."""
KEPT = timedelta(days=1)


def keep(
    session: Session, connection_id: str, call: Call, action: str, value: str, now: datetime, *, at: datetime
) -> str | None:
    """Keep a call to be answered from a moment (`at`) on; None for a copy. Its id."""
    made = add(session, connection_id, call, action, value, now)
    if made is not None:
        payload = {"call": made, **({"home": "yes"} if call.in_home else {})}
        jobs.enqueue(session, ANSWER, payload, run_at=at, key=_key(made))
    return made


def add(session: Session, connection_id: str, call: Call, action: str, value: str, now: datetime) -> str | None:
    """Keep a call, and nothing more; None for a copy. Its id."""
    return _add(session, connection_id, call.event_id or new_id(), call.user_id, action, value, call.response_url, now)


def of_event(session: Session, connection_id: str, event_id: str) -> SlackCall | None:
    """The call that a copy is one of."""
    query = select(SlackCall).where(SlackCall.connection_id == connection_id, SlackCall.event_id == event_id)
    return session.exec(query).first()


def _key(call_id: str) -> str:
    return f"{ANSWER}:{call_id}"


def settle(session: Session, call: SlackCall, result: str, now: datetime) -> None:
    """Note that a call is done and what to say, which is sent at once where it says to."""
    call.done_at, call.result = now, result
    session.add(call)
    session.flush()
    if call.response_url and not jobs.enqueue(session, ANSWER, {"call": call.id}, run_at=now, key=_key(call.id)):
        jobs.hasten(session, ANSWER, _key(call.id), now)


def answer_later(session: Session, connection_id: str, call: Call, result: str, now: datetime) -> None:
    """Have the answer to a call that is kept sent after all, for it came too late for who waited."""
    kept = of_event(session, connection_id, call.event_id)
    if kept is not None and call.response_url:
        kept.response_url, kept.result = call.response_url, result
        session.add(kept)
        session.flush()
        jobs.enqueue(session, ANSWER, {"call": kept.id}, run_at=now, key=_key(kept.id))


def tell(
    session: Session, connection_id: str, user_id: str, action: str, value: str, response_url: str, now: datetime
) -> None:
    """Have somebody told at a `response_url` what became of what they asked for; without one, nothing."""
    made = _add(session, connection_id, f"{action}:{value}", user_id, action, value, response_url, now)
    if made is not None and response_url:
        jobs.enqueue(session, ANSWER, {"call": made}, run_at=now)


def _add(
    session: Session, connection_id: str, event_id: str, user_id: str, action: str, value: str, response_url: str,
    now: datetime,
) -> str | None:  # fmt: skip
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "id": new_id(), "connection_id": connection_id, "event_id": event_id, "user_id": user_id, "action": action,
        "value": value, "response_url": response_url, "created_at": now, "result": "",
    }  # fmt: skip
    statement = dialect.insert(SlackCall).values(row)
    statement = statement.on_conflict_do_nothing(index_elements=["connection_id", "event_id"])
    made = session.connection().execute(statement.returning(col(SlackCall.id))).first()
    return str(made[0]) if made else None


def find(session: Session, call_id: str) -> SlackCall | None:
    """A call that is kept."""
    return session.get(SlackCall, call_id)


def hold(session: Session, call_id: str) -> SlackCall | None:
    """A call that isn't done yet, held until the transaction ends; None where it is."""
    query = select(SlackCall).where(SlackCall.id == call_id, col(SlackCall.done_at).is_(None))
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def is_open(call: SlackCall, now: datetime) -> bool:
    """Tell whether its answer can still be sent."""
    return bool(call.response_url) and is_young(call, now)


def is_young(call: SlackCall, now: datetime) -> bool:
    """Tell whether who called may still wait for it."""
    return now < call.created_at + OPEN


def take_address(session: Session, call: SlackCall) -> str:
    """The address of an answer that is about to be sent, which is kept no longer."""
    url, call.response_url = call.response_url, ""
    session.add(call)
    session.flush()
    return url


def untold(session: Session, call_id: str, url: str) -> None:
    """Keep the address of an answer again, for it surely was not sent."""
    if call := session.get(SlackCall, call_id):
        call.response_url = url
        session.add(call)
        session.flush()


def told(session: Session, call_id: str) -> None:
    """Forget where the answer goes and what it says, for it was sent, or never can be."""
    call = session.get(SlackCall, call_id)
    if call is not None:
        call.response_url = call.result = ""
        session.add(call)
        session.flush()


def forget(session: Session, now: datetime) -> None:
    """Delete calls of before yesterday."""
    session.connection().execute(delete(SlackCall).where(col(SlackCall.created_at) < now - KEPT))
