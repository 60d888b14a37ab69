"""Backfills: begun by somebody or to compare, kept page by page as deliveries of their connection, ended."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import first_moment, local_day, zone_or_utc
from app.domain.intake.backfills import Access, Page
from app.errors import Conflict, Malformed
from app.models import Backfill, Connection, Delivery
from app.services import jobs
from app.services.audit import audit
from app.services.intake import api_keys, connections, deliveries, fetched
from app.services.operations.secrets import SigningKey
from app.services.weeks import weeks

FETCH: Final = "backfill.fetch"
FURTHEST = timedelta(days=366)
TOO_FAR = "A backfill goes back a year at most. Choose a later day."
MOST_FAILURES = 8
"""Failures in a row that are tried again: 10 seconds later, then 20 and so on, for 40 minutes."""
MOST_PAGES = 10_000
BACKOFF = timedelta(seconds=10)
ENOUGH_WAITING = 200
"""Waiting deliveries of a connection with which no further page is fetched, so that webhooks need not wait long."""
SOON = timedelta(seconds=2)
KEPT = timedelta(days=90)


class Task(NamedTuple):
    """A page to fetch: of which backfill and tool, and how."""

    backfill_id: str
    step: int
    kind: str
    since: datetime
    cursor: str | None
    access: Access


def start(session: Session, name: str, since: datetime, act: Act) -> Backfill:
    """Begin to ask a connection's tool for what was since a moment. Raises NotFound, Conflict or Malformed."""
    connection = connections.find(session, name)
    api_keys.tool_of(connection)
    if since > act.now:
        raise _at_since("That day is yet to come. Choose one that has begun.")
    if since < act.now - FURTHEST:
        raise _at_since(TOO_FAR)
    if api_keys.find(session, connection.id) is None:
        raise Conflict(api_keys.NO_KEY)
    serialize(session)
    if (running := active(session, connection.id)) is not None:
        if running.purpose == "asked":
            raise Conflict("A backfill of this connection is under way. Wait for it, or cancel it.")
        _end(session, running, "cancelled", act.now)  # a comparison yields: what is asked for holds more
    backfill = begin(session, connection, "asked", since, act.now, act)
    after = {"since": since.isoformat()}
    audit.note(session, "backfill.started", connections.audit_target(connection), act, after=after)
    return backfill


def beginning(session: Session, day: date, now: datetime) -> datetime:
    """The first moment of a day, in the zone of the week at hand. Raises Malformed for one too long ago."""
    week = weeks.default_week(session, now)
    zone = week.zone if week else zone_or_utc("UTC")
    if day < local_day(now, zone) - FURTHEST:
        raise _at_since(TOO_FAR)
    return first_moment(day, zone)


def _at_since(sentence: str) -> Malformed:
    return Malformed(sentence, errors=[{"field": "since", "message": sentence}])


def begin(
    session: Session, connection: Connection, purpose: str, since: datetime, until: datetime, act: Act
) -> Backfill:
    """Make a backfill and have its first page fetched. There must be none that runs."""
    backfill = Backfill(
        connection_id=connection.id, purpose=purpose, since=since, until=until, created_at=act.now,
        created_by=act.actor.name,
    )  # fmt: skip
    session.add(backfill)
    session.flush()
    _plan(session, backfill, act.now)
    return backfill


def active(session: Session, connection_id: str) -> Backfill | None:
    """The backfill of a connection that runs; None without one."""
    query = select(Backfill).where(Backfill.connection_id == connection_id, Backfill.state == "running")
    return session.exec(query).first()


def latest(session: Session, name: str) -> Backfill | None:
    """The newest backfill of a connection that somebody asked for; None without one. Raises NotFound."""
    connection = connections.find(session, name)
    query = select(Backfill).where(Backfill.connection_id == connection.id, Backfill.purpose == "asked")
    return session.exec(query.order_by(col(Backfill.created_at).desc()).limit(1)).first()


def cancel(session: Session, name: str, act: Act) -> Backfill:
    """End the backfill of a connection that runs; what it stored stays. Raises NotFound or Conflict."""
    connection = connections.find(session, name)
    running = active(session, connection.id)
    if running is None or _locked(session, running.id, running.step, any_step=True) is None:
        raise Conflict("No backfill of this connection is under way.")
    _end(session, running, "cancelled", act.now)
    audit.note(session, "backfill.cancelled", connections.audit_target(connection), act)
    return running


def task(session: Session, key: SigningKey, backfill_id: str, step: int, *, waits: bool = True) -> Task | str | None:
    """The page to fetch; None where it was fetched already or is not wanted, or the sentence why it can't be.

    With `waits` there is none either while enough deliveries wait to be processed, and the sentence is empty.
    """
    backfill = session.get(Backfill, backfill_id)
    if backfill is None or backfill.state != "running" or backfill.step != step:
        return None
    connection = session.get_one(Connection, backfill.connection_id)
    if connection.disconnected_at is not None:
        return "The connection was disconnected."
    access = api_keys.access(session, key, connection.id)
    if access is None:
        return "There’s no API key that can be read. Set it again."
    if waits and _is_busy(session, connection.id):
        return ""
    return Task(backfill.id, step, connection.kind, backfill.since, backfill.cursor, access)


def _is_busy(session: Session, connection_id: str) -> bool:
    waiting = select(Delivery.seq).where(deliveries.waits(), Delivery.connection_id == connection_id)
    return session.exec(waiting.order_by(col(Delivery.seq)).offset(ENOUGH_WAITING).limit(1)).first() is not None


def keep(session: Session, backfill_id: str, step: int, page: Page, now: datetime) -> bool:
    """Store a page's items as deliveries and go on to the next page; False where somebody was quicker, or cancelled.

    All of it is one transaction, so a page is neither lost nor counted twice, whenever the process ends.
    """
    backfill = _locked(session, backfill_id, step)
    if backfill is None:
        return False
    connection = session.get_one(Connection, backfill.connection_id)
    items = page.items
    if backfill.purpose == "comparison":
        items = tuple(item for item in items if item.at <= backfill.until)
        backfill.fetched += len(items)
        items = fetched.unknown(session, connection, items, backfill.since)
    else:
        backfill.fetched += len(items)
    times = fetched.store(session, connection, items, now)
    backfill.stored += len(times)
    backfill.first_at = min((*times, *([backfill.first_at] if backfill.first_at else [])), default=None)
    backfill.last_at = max((*times, *([backfill.last_at] if backfill.last_at else [])), default=None)
    backfill.pages += 1
    backfill.cursor, backfill.failures = page.cursor, 0
    if backfill.pages >= MOST_PAGES and page.cursor is not None:
        backfill.error = "It has more pages than can be right. Start again from a later day."
        _end(session, backfill, "failed", now)
        return True
    _go_on(session, backfill, now + timedelta(seconds=page.pause), None, is_over=page.cursor is None, now=now)
    return True


def put_off(session: Session, backfill_id: str, step: int, wait: timedelta, now: datetime, reason: str = "") -> None:
    """Try the same page again later, and say why; it counts as no failure."""
    backfill = _locked(session, backfill_id, step)
    if backfill is not None:
        _go_on(session, backfill, now + wait, reason or None, is_over=False, now=now)


def fail(session: Session, backfill_id: str, step: int, reason: str, now: datetime, *, for_good: bool) -> None:
    """Note why a page could not be fetched; it is tried again later, or with `for_good` or too many failures never."""
    backfill = _locked(session, backfill_id, step)
    if backfill is None:
        return
    backfill.failures += 1
    if for_good or backfill.failures > MOST_FAILURES:
        backfill.error = reason
        _end(session, backfill, "failed", now)
        return
    wait = BACKOFF * 2 ** (backfill.failures - 1)
    _go_on(session, backfill, now + wait, reason, is_over=False, now=now)


def _go_on(
    session: Session, backfill: Backfill, at: datetime, reason: str | None, *, is_over: bool, now: datetime
) -> None:
    backfill.step += 1
    backfill.error = reason
    if is_over:
        _end(session, backfill, "done", now)
        return
    backfill.resumes_at = at if reason else None
    session.add(backfill)
    session.flush()
    _plan(session, backfill, at)


def _plan(session: Session, backfill: Backfill, at: datetime) -> None:
    payload = {"backfill": backfill.id, "step": backfill.step}
    jobs.enqueue(session, FETCH, payload, run_at=at, key=f"{FETCH}:{backfill.id}:{backfill.step}")


def _end(session: Session, backfill: Backfill, state: str, now: datetime) -> None:
    backfill.state, backfill.finished_at, backfill.resumes_at = state, now, None
    session.add(backfill)
    session.flush()


def _locked(session: Session, backfill_id: str, step: int, *, any_step: bool = False) -> Backfill | None:
    """The backfill, locked, if it runs and is at this step."""
    query = select(Backfill).where(Backfill.id == backfill_id, Backfill.state == "running").with_for_update()
    backfill = session.exec(query.execution_options(populate_existing=True)).first()
    return backfill if backfill is not None and (any_step or backfill.step == step) else None


def forget(session: Session, now: datetime) -> int:
    """Delete the backfills of long ago; how many."""
    return session.connection().execute(delete(Backfill).where(col(Backfill.finished_at) < now - KEPT)).rowcount
