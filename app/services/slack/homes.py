"""Homes: whose is open, and when each is sent again: on opening, after a press, and on change, once in ten seconds."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, literal, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.calendar.days import local_day
from app.domain.shifts.seats import CHECK_IN_BEFORE
from app.models import Shift, SlackUser, Week
from app.models.columns import Instant
from app.services import jobs, topics
from app.services.shifts.settings import settings_of
from app.services.slack import people
from app.services.weeks import weeks

HOME: Final = "slack.home"
"""The kind of the job that sends somebody's Home."""
KEPT: Final = timedelta(days=400)
"""The time after which what Slack told of somebody is forgotten, if they don't come; it is looked up again then."""
OPEN: Final = timedelta(minutes=15)
REST: Final = timedelta(seconds=10)
Turn = Literal["now", "done"] | datetime

_ANY_OPEN = Prepared(sql_select(col(SlackUser.user_id)).where(col(SlackUser.opened_at) > bindparam("since")).limit(1))


class Opening(NamedTuple):
    """An opening of somebody's Home, or a press in it (`call_id`); copies share the event."""

    connection_id: str
    user_id: str
    event_id: str
    call_id: str = ""


def opened(session: Session, opening: Opening, now: datetime) -> None:
    """Send somebody their Home, which they opened or pressed something in.

    It takes the turn: a change at the same moment comes later, and leaves the press's line where it is meanwhile.
    """
    user = people.profile(session, opening.connection_id, opening.user_id)
    user.opened_at = user.seen_at = now
    user.published_at = max(now, user.published_at or now)
    session.add(user)
    session.flush()
    payload = {
        "connection": opening.connection_id, "user": opening.user_id, "at": now.isoformat(), "call": opening.call_id,
        "awaited": "yes",
    }  # fmt: skip
    key = f"{HOME}:{opening.connection_id}:{opening.event_id}" if opening.event_id else None
    jobs.enqueue(session, HOME, payload, run_at=now, key=key)


def refresh(session: Session, connection_id: str, user_id: str, now: datetime) -> None:
    """Send somebody's Home again if they may have it open: who they are here has changed."""
    user = session.get(SlackUser, (connection_id, user_id))
    if user is not None and user.opened_at is not None and user.opened_at > now - OPEN:
        payload = {"connection": connection_id, "user": user_id, "at": now.isoformat(), "awaited": "yes"}
        jobs.enqueue(session, HOME, payload, run_at=now)


def mark(session: Session, now: datetime) -> str:
    """The state of what Homes show: equal marks show the same.

    Time alone changes it as well: another day, check-in that opens, a shift that begins or ends, sign-up that opens.
    """
    week: Week | None = weeks.pick_current(weeks.every(session), now)
    if week is None:
        return ""
    opens_at = settings_of(session, week).opens_at
    states = week.id, week.version, topics.version(session, week.id, "shifts")
    times = *_passed(session, week, now), local_day(now, week.zone), opens_at is None or opens_at <= now
    return ".".join(str(each) for each in (*states, *times))


def _passed(session: Session, week: Week, now: datetime) -> tuple[int, int, int]:
    """The number of a week's shifts that can be checked in to, have begun, and are over."""
    begins, ends = col(Shift.starts_at), col(Shift.ends_at)
    counts = (
        func.count().filter(begins <= now + CHECK_IN_BEFORE), func.count().filter(begins <= now),
        func.count().filter(ends <= now),
    )  # fmt: skip
    first, second, third = session.execute(sql_select(*counts).where(col(Shift.week_id) == week.id)).one()
    return first, second, third


def is_any_open(session: Session, now: datetime) -> bool:
    """Tell whether somebody opened their Home within the last quarter of an hour."""
    return bool(_ANY_OPEN.rows(session, since=now - OPEN))


def open_ones(session: Session, now: datetime) -> list[SlackUser]:
    """The people who opened their Home within the last quarter of an hour."""
    query = select(SlackUser).where(col(SlackUser.opened_at) > now - OPEN)
    return list(session.exec(query.order_by(SlackUser.connection_id, SlackUser.user_id)))


def changed(session: Session, mark: str, now: datetime) -> None:
    """Send all open Homes again, once for each state, whichever server notes it first."""
    planned = [
        jobs.Planned(
            {"connection": user.connection_id, "user": user.user_id, "at": now.isoformat()}, now,
            f"{HOME}:{user.connection_id}:{user.user_id}:{mark}",
        )
        for user in open_ones(session, now)
    ]  # fmt: skip
    jobs.enqueue_all(session, HOME, planned)


def turn(session: Session, connection_id: str, user_id: str, at: datetime, now: datetime, *, is_awaited: bool) -> Turn:
    """Tell when to send a Home for what happened `at` a moment: `now`, later, or no more, for it was sent since."""
    user = session.get(SlackUser, (connection_id, user_id))
    if user is None:
        return "done"
    last = user.published_at
    if is_awaited or last is None:
        return "now"
    if last > at:
        return "done"
    return last + REST if last + REST > now else "now"


def sent(session: Session, connection_id: str, user_id: str, now: datetime) -> None:
    """Note that a Home shows what was so at a moment."""
    user = people.profile(session, connection_id, user_id)
    user.published_at = max(now, user.published_at or now)
    session.add(user)
    session.flush()


def forget(session: Session, now: datetime) -> None:
    """Delete what is known of people who have not come for long; who they are here stays."""
    seen = func.coalesce(col(SlackUser.opened_at), literal(now, Instant))  # who was here before this was noted
    session.connection().execute(update(SlackUser).where(col(SlackUser.seen_at).is_(None)).values(seen_at=seen))
    session.connection().execute(delete(SlackUser).where(col(SlackUser.seen_at) < now - KEPT))
