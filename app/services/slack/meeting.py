"""Meeting people of Slack: somebody unknown is looked up once, and known by the email that Slack confirmed."""

from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col

from app.domain import actor
from app.domain.actor import Act
from app.domain.calendar.days import parse_zone
from app.domain.intake.reports import Author
from app.models import Connection, Delivery
from app.services import jobs
from app.services.intake import authors, deliveries
from app.services.slack import homes, people

MEET: Final = "slack.meet"
"""The kind of the job that looks somebody up."""


def plan(session: Session, connection_id: str, user_id: str, now: datetime) -> bool:
    """Have somebody looked up, once a day at most; False where that was done already."""
    key = f"{MEET}:{connection_id}:{user_id}:{now.date()}"
    return jobs.enqueue(session, MEET, {"connection": connection_id, "user": user_id}, run_at=now, key=key)


def learn(session: Session, connection_id: str, user_id: str, said: Any, now: datetime) -> bool:
    """Know a user by their email from now on, and credit what waits for them; True if somebody here has it.

    Not for bots, those who left, and guests: an organizer names guests.
    """
    user = said if isinstance(said, dict) else {}
    known = people.profile(session, connection_id, user_id)
    known.kind = _kind(user)
    known.zone = zone if isinstance(zone := user.get("tz"), str) and parse_zone(zone) is not None else ""
    known.seen_at = now
    session.add(known)
    session.flush()
    profile = user.get("profile")
    email = profile.get("email") if isinstance(profile, dict) else None
    if not isinstance(email, str) or known.kind != "member":
        return False
    connection = session.get_one(Connection, connection_id)
    act = Act(actor.system(connection.name), now)
    if authors.resolve(session, connection.source, Author((user_id,), email), act) is None:
        return False
    named = deliveries.naming([connection_id], user_id)
    deliveries.requeue(session, col(Delivery.state) == "unmatched", named)
    homes.refresh(session, connection_id, user_id, now)
    return True


def _kind(user: dict[str, Any]) -> str:
    if user.get("deleted"):
        return "gone"
    if user.get("is_bot"):
        return "bot"
    return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"
