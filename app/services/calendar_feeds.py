"""Calendar feeds: made for a person or a team, read by whoever has the address, revoked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import zone_or_utc
from app.domain.memberships import Join, team_at
from app.domain.shifts.feed import KEPT, FeedEntry, FeedSeat, FeedShift, entry
from app.errors import Conflict, NotFound
from app.models import CalendarFeed, Person, Seat, SeatChange, Shift, Team, Week, WeekEvent
from app.models.columns import is_id
from app.services.access import accounts, credentials
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.shifts import refusals
from app.services.teams import teams
from app.services.weeks import weeks

MAX_FEEDS = 20
"""Of one person, or of programs for one team: a calendar each, and room for those that were lost."""
GONE = "This calendar was revoked, or the address is wrong. Create a new one under Me, Calendar."
UNKNOWN = "There’s no such calendar. The list shows yours."


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


def read(session: Session, secret: str, base: str, now: datetime) -> Feed:
    """The events behind an address; links in them begin with `base`. Raises NotFound for one that does not count.

    Who is switched off has no feeds.
    """
    query = select(CalendarFeed).where(CalendarFeed.sha256 == credentials.digest(secret))
    feed = session.exec(query).first()
    if feed is None or feed.revoked_at is not None:
        raise NotFound(GONE)
    person = session.get(Person, feed.person_id) if feed.person_id else None
    if person is not None and person.disabled_at is not None:
        raise NotFound(GONE)
    if feed.team_id is not None:
        return _of_team(session, session.get_one(Team, feed.team_id), base, now)
    if person is None:
        raise NotFound(GONE)
    of_shifts = _by_shift(_rows(session, [person.id], None, now))
    entries = [_entry(rows, rows, NO_MOVES, person.id, "", base, now) for rows in of_shifts]
    return Feed(f"Shifts of {person.name}", [made for made in entries if made is not None])


def _of_team(session: Session, team: Team, base: str, now: datetime) -> Feed:
    week = session.get_one(Week, team.week_id)
    people = teams.ever_in(session, team.id)
    joins = teams.joins(session, week, people)
    view = weeks.view_of(week, "public")
    moves = _Moves.of(joins.values())
    entries = []
    for rows in _by_shift(_rows(session, people, week, now)):
        own = [
            row._replace(name=view.name_of(row.seat.person_id, row.name))
            for row in rows
            if team_at(joins.get(row.seat.person_id, ()), row.shift.starts_at) == team.id
        ]
        entries.append(_entry(own, rows, moves, team.id, team.name, base, now))
    return Feed(f"Shifts of {team.name}", [made for made in entries if made is not None])


class _Moves(NamedTuple):
    """The number of times that people who were ever in a team came from another or left, and the last time."""

    number: int
    last_at: datetime | None

    @classmethod
    def of(cls, joins: Iterable[Sequence[Join]]) -> "_Moves":
        """The moves among these people's joins: all but each one's first."""
        moments = [join.at for each in joins for join in each[1:]]
        return cls(len(moments), max(moments, default=None))


NO_MOVES = _Moves(0, None)


class _Row(NamedTuple):
    """A seat with its shift and week, its holder's name, and the number and last moment of its changes; so the week's.

    A week that was changed may have another name, which its events tell.
    """

    seat: Seat
    shift: Shift
    week: Week
    name: str
    changes: int
    changed_at: datetime
    week_changes: int | None
    week_changed_at: datetime | None


def _rows(session: Session, people: Sequence[str], week: Week | None, now: datetime) -> list[_Row]:
    """Every seat these people ever had, in one week or in all, but for long past ones; in one query."""
    theirs = col(SeatChange.seat_id).in_(select(Seat.id).where(col(Seat.person_id).in_(people)))
    changes = _counted(col(SeatChange.seat_id), SeatChange.changed_at, theirs)
    of_weeks = _counted(col(WeekEvent.week_id), WeekEvent.at, col(WeekEvent.action) == "changed")
    query = (
        sql_select(Seat, Shift, Week, col(Person.name), *_told(changes), *_told(of_weeks))
        .join(Shift, col(Shift.id) == Seat.shift_id)
        .join(Week, col(Week.id) == Shift.week_id)
        .join(Person, col(Person.id) == Seat.person_id)
        .join(changes, changes.c.of == Seat.id)
        .outerjoin(of_weeks, of_weeks.c.of == Week.id)
        .where(col(Seat.person_id).in_(people), col(Shift.ends_at) > now - KEPT)
        .order_by(col(Shift.starts_at), col(Shift.id))
    )
    if week is not None:
        query = query.where(col(Shift.week_id) == week.id)
    return [_Row(*row) for row in session.execute(query)]


def _counted(of: Mapped[Any], at: Any, condition: ColumnElement[bool]) -> Subquery:
    """The number of changes and the last moment of one, for each thing that is changed."""
    query = sql_select(of.label("of"), func.count().label("changes"), func.max(at).label("changed_at"))
    return query.where(condition).group_by(of).subquery()


def _told(counted: Subquery) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return counted.c.changes, counted.c.changed_at


def _by_shift(rows: Iterable[_Row]) -> list[list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.shift.id, []).append(row)
    return list(found.values())


def _entry(
    own: Sequence[_Row], rows: Sequence[_Row], moves: _Moves, subject_id: str, team: str, base: str, now: datetime
) -> FeedEntry | None:
    """The event of a shift with its `own` seats. Of a team's, all `rows` of its people count, so its number only grows.

    Else it would fall when somebody takes their seat along to another team, and calendars ignore what is older.
    """
    seats = [FeedSeat(row.seat.state, row.name, row.changes, row.changed_at) for row in own]  # type: ignore[arg-type]  # the table has a check on it
    first = rows[0]
    changes = sum(row.changes for row in rows) - sum(row.changes for row in own) + moves.number
    moments = [moves.last_at, first.week_changed_at, *(row.changed_at for row in rows)]
    facts = _facts(first.shift, first.week, base, changes + (first.week_changes or 0), moments)
    return entry(facts, seats, subject_id, now, team=team)


def _facts(shift: Shift, week: Week, base: str, more: int, moments: Iterable[datetime | None]) -> FeedShift:
    changes = (shift.created_at, shift.changed_at, shift.cancelled_at, *moments)
    return FeedShift(
        id=shift.id, week=week.name, label=shift.label, place=shift.place, link=shift.link or "",
        page=f"{base.rstrip('/')}/weeks/{week.slug}/shifts/{shift.id}", starts_at=shift.starts_at,
        ends_at=shift.ends_at, when=f"{refusals.dated(shift)} ({zone_or_utc(shift.zone).key})",
        created_at=shift.created_at, changed_at=max(filter(None, changes)), edits=shift.version + more,
    )  # fmt: skip


def _audit_target(session: Session, feed: CalendarFeed) -> AuditTarget:
    """The team or person whose shifts a feed shows."""
    if feed.team_id is not None:
        return teams.audit_target(session.get_one(Team, feed.team_id))
    return accounts.audit_target(accounts.find(session, feed.person_id or ""))
