"""Messages to Slack as they are planned: each once, and changed whenever what they tell of changes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Update, and_, bindparam, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.intake.kinds import SLACK
from app.domain.notices.model import ALWAYS, KINDS, NOT_BY_SLACK, Kind
from app.models import (
    ApiKey,
    Connection,
    Shift,
    SlackCall,
    SlackLink,
    SlackMessage,
    SlackOptOut,
    SlackPace,
    SlackSocket,
    SlackTrouble,
    SlackUser,
    SlackWorkspace,
    SourceIdentity,
)
from app.models.columns import new_id
from app.services import jobs
from app.services.jobs import Planned

START: Final = "start"
END: Final = "end"
"""The kinds of messages when a shift begins and when it is over; pages and emails have none of these."""
COVER: Final = "cover"
LINKED, TOOK_OVER = "linked", "took-over"
"""The kinds of messages about what somebody did: they connected their account, they took over a seat."""
DAY, GAPS, RESULTS, THREAD = "day", "gaps", "results", "thread"
"""The kinds of posts in the channel: a seat offered to everyone, a week's day, its gaps, its results,
and what happens during a day."""
SEND: Final = "slack.send"
"""The kind of the job that posts a message, or shows in it what is so now."""
KEPT = timedelta(days=180)
"""The time after which a message is forgotten here, as the notice it told of is."""


class Place(NamedTuple):
    """The place where somebody is written to: the connection of a workspace with a token, and who they are there."""

    connection_id: str
    user_id: str


class PlannedMessage(NamedTuple):
    """A message to be posted at `due` or soon after: what it tells of, and to whom or in which channel (`target`)."""

    connection_id: str
    kind: str
    subject: str
    revision: int
    target: str
    due: datetime
    person_id: str | None = None
    week_id: int | None = None
    shift_id: str | None = None


def places(session: Session, people: Iterable[str]) -> dict[str, Place]:
    """Find where each of these people is written to; who isn't linked, or whose workspace is off, is left out."""
    query = (
        select(Connection)
        .join(SlackWorkspace, col(SlackWorkspace.connection_id) == Connection.id)
        .where(Connection.kind == SLACK, col(Connection.disconnected_at).is_(None))
        .where(col(SlackWorkspace.token).is_not(None))
        .order_by(col(Connection.created_at).desc(), col(Connection.id).desc())
    )
    return _known(session, session.exec(query).all(), people)


def places_in(session: Session, connection_id: str, people: Iterable[str]) -> dict[str, Place]:
    """Find where these people are written to in one workspace."""
    return _known(session, [session.get_one(Connection, connection_id)], people)


def _known(session: Session, connections: Sequence[Connection], people: Iterable[str]) -> dict[str, Place]:
    sources = {connection.source: connection.id for connection in connections}
    if not sources:
        return {}
    known = select(SourceIdentity).where(
        col(SourceIdentity.source).in_(list(sources)), col(SourceIdentity.person_id).in_(list(people))
    )
    found = sorted(session.exec(known), key=lambda each: (each.source, each.external_id), reverse=True)
    return {each.person_id: Place(sources[each.source], each.external_id) for each in found}


def post(session: Session, message: PlannedMessage, now: datetime) -> bool:
    """Have something posted in the channel for news, of each workspace that has one; False where there is none."""
    query = (
        select(SlackWorkspace)
        .where(SlackWorkspace.channel_id != "", col(SlackWorkspace.token).is_not(None))
        .order_by(col(SlackWorkspace.connection_id))
    )
    found = session.exec(query).all()
    plan(session, [message._replace(connection_id=each.connection_id, target=each.channel_id) for each in found], now)
    return bool(found)


def zones(session: Session, people: Sequence[str]) -> dict[str, str]:
    """The time zones of these people as Slack tells them, where it does."""
    if not people:
        return {}
    query = (
        select(SourceIdentity.person_id, SlackUser.zone)
        .join(SlackUser, col(SlackUser.user_id) == SourceIdentity.external_id)
        .join(Connection, col(Connection.id) == SlackUser.connection_id)
        .where(Connection.kind == SLACK, col(SourceIdentity.person_id).in_(people), SlackUser.zone != "")
        .where(col(SourceIdentity.source).startswith(SLACK))
    )
    return dict(session.exec(query.order_by(col(SlackUser.connection_id))).all())


def wanted_places(session: Session, people: Sequence[str], kind: Kind) -> dict[str, Place]:
    """Find where these people are told something of a kind at Slack: who wants that elsewhere is left out."""
    found = {} if kind in NOT_BY_SLACK else places(session, people)
    if not found or kind in ALWAYS:
        return found
    unwanted = select(SlackOptOut.person_id).where(SlackOptOut.kind == kind)
    without = set(session.exec(unwanted.where(col(SlackOptOut.person_id).in_(list(found)))))
    return {person_id: place for person_id, place in found.items() if person_id not in without}


def wanted(session: Session, person_id: str) -> tuple[Kind, ...]:
    """The kinds of notice that somebody wants to be told of at Slack, should they be linked."""
    unwanted = set(session.exec(select(SlackOptOut.kind).where(SlackOptOut.person_id == person_id)))
    return tuple(kind for kind in KINDS if kind not in NOT_BY_SLACK and (kind in ALWAYS or kind not in unwanted))


def choose(session: Session, person_id: str, kinds: Collection[str], now: datetime, among: Sequence[Kind]) -> None:
    """Tell somebody of these kinds at Slack, and of no others `among` those they may choose from."""
    known = wanted(session, person_id)
    for kind in among:
        if kind in ALWAYS or kind in NOT_BY_SLACK:
            continue
        if kind not in kinds and kind in known:
            session.add(SlackOptOut(person_id=person_id, kind=kind, created_at=now))
        elif kind in kinds and kind not in known:
            session.delete(session.get_one(SlackOptOut, (person_id, kind)))
    session.flush()


def plan(session: Session, messages: Sequence[PlannedMessage], now: datetime) -> None:
    """Have messages posted, each once: what is planned already stays."""
    if not messages:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [_row(each, now) for each in messages]
    statement = dialect.insert(SlackMessage).on_conflict_do_nothing()
    fresh = session.connection().execute(statement.returning(col(SlackMessage.id), col(SlackMessage.due_at)), rows)
    jobs.enqueue_all(session, SEND, [_job(id_, 1, max(due, now)) for id_, due in fresh])


def note(session: Session, message: PlannedMessage, why: str, now: datetime) -> None:
    """Keep a message that is over and never posted."""
    session.add(SlackMessage(**{**_row(message, now), "ended_at": now, "why": why}))
    session.flush()


def _row(message: PlannedMessage, now: datetime) -> dict[str, Any]:
    row = message._asdict()
    return row | {
        "id": new_id(), "due_at": row.pop("due"), "created_at": now, "wanted": 1, "begun": 0, "shown": 0,
        "is_plain": 0, "why": "",
    }  # fmt: skip


def _job(message_id: str, wanted: int, at: datetime) -> Planned:
    return Planned({"message": message_id}, at, f"{SEND}:{message_id}:{wanted}")


def look_again(session: Session, message_id: str, at: datetime, why: str) -> None:
    """Have a message show at a moment what is so then, though no shift or seat changes; once for each reason why."""
    payload = {"message": message_id, "again": "yes"}
    jobs.enqueue(session, SEND, payload, run_at=at, key=f"{SEND}:{message_id}:{why}:{at.isoformat()}")


def _show(which: ColumnElement[bool]) -> Update:
    """Messages want to show once more what is so. Those that wait to do so anyway need not do it twice."""
    lasts = col(SlackMessage.posted_at).is_not(None), col(SlackMessage.ended_at).is_(None)
    settled = col(SlackMessage.begun) == col(SlackMessage.wanted)
    return update(SlackMessage).where(which, *lasts, settled).values(wanted=col(SlackMessage.wanted) + 1)


_AND_HOW = col(SlackMessage.id), col(SlackMessage.wanted)
_ITS_WEEK = select(Shift.week_id).where(Shift.id == bindparam("shift")).scalar_subquery()
_GAPS = and_(col(SlackMessage.kind) == GAPS, col(SlackMessage.week_id) == _ITS_WEEK)
_SHOW_SHIFT = Prepared(_show(or_(col(SlackMessage.shift_id) == bindparam("shift"), _GAPS)).returning(*_AND_HOW))


def shift_changed(session: Session, shift_id: str, now: datetime) -> None:
    """Have all messages about a shift show what became of it and its seats, and the gaps of its week too."""
    found = _SHOW_SHIFT.rows(session, shift=shift_id)
    jobs.enqueue_all(session, SEND, [_job(id_, wanted, now) for id_, wanted in found])


def change(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """Have messages show what is so now."""
    found = session.connection().execute(_show(which).returning(*_AND_HOW))
    jobs.enqueue_all(session, SEND, [_job(id_, wanted, now) for id_, wanted in found])


def forget(session: Session, now: datetime) -> int:
    """Delete the messages of long ago; how many."""
    return session.connection().execute(delete(SlackMessage).where(col(SlackMessage.created_at) < now - KEPT)).rowcount


def forget_connection(session: Session, connection_id: str) -> None:
    """Delete the keys, tokens and all else that is kept of a connection alone; who its people are stays."""
    own = SlackWorkspace, SlackSocket, SlackCall, SlackLink, SlackMessage, SlackPace, SlackTrouble, SlackUser
    for kept in (ApiKey, *own):
        session.connection().execute(delete(kept).where(col(kept.connection_id) == connection_id))
