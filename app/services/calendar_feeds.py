"""Calendar feeds: made for a person or a team, read by whoever has the address, revoked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import zone_or_utc
from app.domain.memberships import team_at
from app.domain.shifts.feed import KEPT, FeedEntry, FeedSeat, FeedShift, entry
from app.errors import Conflict, NotFound
from app.models import CalendarFeed, Person, Seat, SeatChange, Shift, Team, Week
from app.models.columns import is_id
from app.services import calendar_events
from app.services.access import accounts, credentials
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.shifts import refusals
from app.services.teams import teams
from app.services.weeks import weeks

MAX_FEEDS = 20
"""Of one person, or of programs for one team: a calendar each, and room for those that were lost."""
GONE = "This calendar was revoked, or the address is wrong. Create a new one under Me, Calendar."
UNKNOWN = "There’s no such calendar. People find theirs under Me, Calendar."


class NewFeed(NamedTuple):
    """A feed, and the secret in its address, which is kept nowhere."""

    feed: CalendarFeed
    secret: str


class Feed(NamedTuple):
    """A feed to read: its title, and its events in order of time."""

    title: str
    entries: list[FeedEntry]


class Listed(NamedTuple):
    """A feed in a list; `team` is the name of the team it is of, empty for the person's own."""

    feed: CalendarFeed
    team: str


def address(base: str, secret: str) -> str:
    """The address of a feed, on a server whose addresses begin with `base`."""
    return f"{base.rstrip('/')}/calendar/{secret}.ics"


def create(session: Session, person: Person | None, team: Team | None, act: Act) -> NewFeed:
    """Make a feed of a team, or without one of the person whose feed it is. Raises Conflict for one too many."""
    serialize(session)
    owner = (col(CalendarFeed.person_id) == person.id) if person else (col(CalendarFeed.person_id).is_(None))
    of_team = [col(CalendarFeed.team_id) == team.id] if team and person is None else []
    count = sql_select(func.count()).select_from(CalendarFeed).where(owner, *of_team)
    if session.execute(count.where(col(CalendarFeed.revoked_at).is_(None))).scalar_one() >= MAX_FEEDS:
        raise Conflict(f"There are {MAX_FEEDS} calendars already. Revoke one that nobody uses, then create another.")
    secret = credentials.make(credentials.FEED)
    feed = CalendarFeed(
        sha256=credentials.digest(secret), person_id=person.id if person else None, team_id=team.id if team else None,
        created_at=act.now, created_by=act.actor.name,
    )  # fmt: skip
    session.add(feed)
    session.flush()
    audit.note(session, "calendar-feed.created", _audit_target(session, feed), act)
    return NewFeed(feed, secret)


def revoke(session: Session, feed_id: str, act: Act, *, owner: str | None = None) -> CalendarFeed:
    """End a feed for good; a repeat changes nothing. With an `owner`, one of theirs alone. Raises NotFound."""
    query = select(CalendarFeed).where(CalendarFeed.id == feed_id).with_for_update()
    feed = session.exec(query).first() if is_id(feed_id) else None
    if feed is None or (owner is not None and feed.person_id != owner):
        raise NotFound(UNKNOWN)
    if feed.revoked_at is None:
        feed.revoked_at = act.now
        session.add(feed)
        session.flush()
        audit.note(session, "calendar-feed.revoked", _audit_target(session, feed), act)
    return feed


def of_person(session: Session, person_id: str) -> list[Listed]:
    """Somebody's feeds that still work, the newest first."""
    query = (
        select(CalendarFeed, Team.name)
        .join(Team, col(Team.id) == CalendarFeed.team_id, isouter=True)
        .where(CalendarFeed.person_id == person_id, col(CalendarFeed.revoked_at).is_(None))
        .order_by(col(CalendarFeed.created_at).desc(), col(CalendarFeed.id))
    )
    return [Listed(feed, name or "") for feed, name in session.exec(query)]


def read(session: Session, secret: str, now: datetime) -> Feed | None:
    """The events behind an address; None where one has changed since calendars were given it, so `publish` comes first.

    Raises NotFound for an address that does not count. Who is switched off has no feeds.
    """
    feed = _made(session, secret, now)
    entries = calendar_events.known(session, feed.entries)
    return None if entries is None else feed._replace(entries=entries)


def publish(session: Session, secret: str, now: datetime) -> Feed:
    """The same events, each that has changed with a higher number than calendars were given it with."""
    serialize(session)  # two readers would give different events one number
    feed = _made(session, secret, now)
    return feed._replace(entries=calendar_events.publish(session, feed.entries, now))


def _made(session: Session, secret: str, now: datetime) -> Feed:
    query = select(CalendarFeed).where(CalendarFeed.sha256 == credentials.digest(secret))
    feed = session.exec(query).first()
    if feed is None or feed.revoked_at is not None:
        raise NotFound(GONE)
    person = session.get(Person, feed.person_id) if feed.person_id else None
    if person is not None and person.disabled_at is not None:
        raise NotFound(GONE)
    if feed.team_id is not None:
        return _of_team(session, session.get_one(Team, feed.team_id), now)
    if person is None:
        raise NotFound(GONE)
    entries = [_entry(rows, person.id, "", now) for rows in _by_shift(_rows(session, [person.id], None, now))]
    return Feed(f"Shifts of {person.name}", [made for made in entries if made is not None])


def _of_team(session: Session, team: Team, now: datetime) -> Feed:
    week = session.get_one(Week, team.week_id)
    people = teams.ever_in(session, team.id)
    joins = teams.joins(session, week, people)
    view = weeks.view_of(week, "public")
    entries = []
    for rows in _by_shift(_rows(session, people, week, now)):
        own = [
            row._replace(name=view.name_of(row.seat.person_id, row.name))
            for row in rows
            if team_at(joins.get(row.seat.person_id, ()), row.shift.starts_at) == team.id
        ]
        entries.append(_entry(own, team.id, team.name, now))
    return Feed(f"Shifts of {team.name}", [made for made in entries if made is not None])


class _Row(NamedTuple):
    """A seat with its shift and week, its holder's name, and the number and last moment of its changes."""

    seat: Seat
    shift: Shift
    week: Week
    name: str
    changes: int
    changed_at: datetime


def _rows(session: Session, people: Sequence[str], week: Week | None, now: datetime) -> list[_Row]:
    """Every seat these people ever had, in one week or in all, but for long past ones; in one query."""
    changes = (
        sql_select(
            col(SeatChange.seat_id).label("seat_id"),
            func.count().label("changes"),
            func.max(SeatChange.changed_at).label("changed_at"),
        )
        .where(col(SeatChange.seat_id).in_(select(Seat.id).where(col(Seat.person_id).in_(people))))
        .group_by(col(SeatChange.seat_id))
        .subquery()
    )
    query = (
        sql_select(Seat, Shift, Week, col(Person.name), changes.c.changes, changes.c.changed_at)
        .join(Shift, col(Shift.id) == Seat.shift_id)
        .join(Week, col(Week.id) == Shift.week_id)
        .join(Person, col(Person.id) == Seat.person_id)
        .join(changes, changes.c.seat_id == Seat.id)
        .where(col(Seat.person_id).in_(people), col(Shift.ends_at) > now - KEPT)
        .order_by(col(Shift.starts_at), col(Shift.id))
    )
    if week is not None:
        query = query.where(col(Shift.week_id) == week.id)
    return [_Row(*row) for row in session.execute(query)]


def _by_shift(rows: Iterable[_Row]) -> list[list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.shift.id, []).append(row)
    return list(found.values())


def _entry(rows: Sequence[_Row], subject_id: str, team: str, now: datetime) -> FeedEntry | None:
    """The event of a shift with the seats that are the subject's; None without any."""
    if not rows:
        return None
    seats = [FeedSeat(row.seat.state, row.name, row.changes, row.changed_at) for row in rows]  # type: ignore[arg-type]  # the table has a check on it
    return entry(_facts(rows[0].shift, rows[0].week), seats, subject_id, now, team=team)


def _facts(shift: Shift, week: Week) -> FeedShift:
    changes = (shift.created_at, shift.changed_at, shift.cancelled_at)
    return FeedShift(
        id=shift.id, week=week.name, label=shift.label, place=shift.place, link=shift.link or "",
        path=f"/weeks/{week.slug}/shifts/{shift.id}", starts_at=shift.starts_at, ends_at=shift.ends_at,
        when=f"{refusals.dated(shift)} ({zone_or_utc(shift.zone).key})", created_at=shift.created_at,
        changed_at=max(filter(None, changes)), edits=shift.version,
    )  # fmt: skip


def _audit_target(session: Session, feed: CalendarFeed) -> AuditTarget:
    """The team or person whose shifts a feed shows."""
    if feed.team_id is not None:
        return teams.audit_target(session.get_one(Team, feed.team_id))
    return accounts.audit_target(accounts.find(session, feed.person_id or ""))
