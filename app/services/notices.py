"""Notices: written in the transaction of what they tell of, read on one's page, and sent by jobs."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, update
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.calendar.days import local_day, zone_or_utc
from app.domain.memberships import current_team
from app.domain.notices.model import ABOUT_CARDS, FOR_ORGANIZERS, Facts, Kind, channels
from app.domain.notices.timing import send_at
from app.domain.notices.wording import Told, told
from app.errors import Malformed
from app.models import Display, Notice, Person, Seat, SeatOffer, Shift, Week
from app.models.columns import Instant, new_id
from app.services import jobs, paging, slack_messages
from app.services.jobs import Planned
from app.services.notice_uses import STILL_DUE, STILL_THERE, STILL_TO_DO, STILL_TO_REVIEW
from app.services.paging import Page
from app.services.people import people as people_
from app.services.slack_messages import Place, PlannedMessage
from app.services.teams import teams
from app.services.weeks.weeks import AnyWeek

MAIL: Final = "mail.notice"
"""The kind of the job that sends one notice by email."""
KEPT = timedelta(days=180)
"""The time after which a notice is forgotten: long after the week it is about."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell: its kind, the shift or team it is about, and which change of that it is.

    `starts_at` is the shift's start; `due` is when to tell it, now unless it is a reminder. What `is_posted` in
    Slack's channel isn't written to its people one by one.
    """

    kind: Kind
    subject: str
    revision: int
    facts: Facts
    shift_id: str | None = None
    starts_at: datetime | None = None
    due: datetime | None = None
    is_posted: bool = False


class Shown(NamedTuple):
    """A notice on its reader's page."""

    id: str
    at: datetime
    words: Told
    is_read: bool
    week: str
    zone: ZoneInfo
    shift_id: str | None
    kind: Kind
    card: str


def tell(session: Session, week: AnyWeek, people: Iterable[str], news: News, now: datetime) -> int:
    """Tell people something, once each: on their page, and at Slack or by email; how many were not told before.

    Quiet hours hold back all but the page. It is looked at again when it is sent. Nobody is told of a rehearsal.
    """
    if week.rehearsal_of is not None:
        return 0
    count = 0
    for chunk in people_.chunks(sorted(set(people)), people_.CHUNK):
        zones, places = _zones(session, chunk, week.zone), slack_messages.wanted_places(session, chunk, news.kind)
        rows = list(_rows(week.id, zones, news, now, places))
        told = _write(session, rows, now)
        _tell_at_slack(session, week, [(places[each], zones[each], each) for each in told if each in places], news, now)
        count += len(told)
    return count


def _zones(session: Session, ids: Sequence[str], usual: ZoneInfo) -> dict[str, ZoneInfo]:
    """The zone of each of these people who is not switched off: their own, else Slack's, else the usual one."""
    query = select(Person.id, Person.timezone).where(col(Person.id).in_(ids), col(Person.disabled_at).is_(None))
    found = dict(session.exec(query).all())
    found |= slack_messages.zones(session, [each for each, name in found.items() if not name])
    return {person_id: zone_or_utc(name) if name else usual for person_id, name in found.items()}


def _rows(
    week_id: int, zones: Mapping[str, ZoneInfo], news: News, now: datetime, at_slack: Container[str]
) -> Iterator[dict[str, Any]]:
    """The notices on pages and by email."""
    due = news.due or now
    start = {"start": news.starts_at.isoformat()} if news.starts_at else {}
    facts = json.dumps({**news.facts, **start}, ensure_ascii=False)
    for person_id, zone in sorted(zones.items()):
        times = {"page": due, "email": send_at(due, news.starts_at, zone)}
        for channel in channels(news.kind, has_slack=person_id in at_slack):
            if channel in times:
                yield {
                    "id": new_id(), "kind": news.kind, "person_id": person_id, "week_id": week_id,
                    "shift_id": news.shift_id, "subject": news.subject, "revision": news.revision, "channel": channel,
                    "facts": facts, "created_at": now, "due_at": times[channel],
                }  # fmt: skip


def _write(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> list[str]:
    """Write those that are new, and have their emails sent; the people whose page has it now and had not."""
    if not rows:
        return []
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Notice).on_conflict_do_nothing()
    written = col(Notice.id), col(Notice.channel), col(Notice.due_at), col(Notice.person_id)
    fresh = session.connection().execute(statement.returning(*written), list(rows)).all()
    emails = [Planned({"notice": id_}, max(at, now), f"{MAIL}:{id_}") for id_, way, at, _ in fresh if way == "email"]
    jobs.enqueue_all(session, MAIL, emails)
    return [person_id for _, way, _, person_id in fresh if way == "page"]


def _tell_at_slack(
    session: Session, week: AnyWeek, told: Iterable[tuple[Place, ZoneInfo, str]], news: News, now: datetime
) -> None:
    due = news.due or now
    messages = [] if news.is_posted else [
        PlannedMessage(
            place.connection_id, news.kind, news.subject, news.revision, place.user_id,
            send_at(due, news.starts_at, zone), person_id, week.id, news.shift_id,
        )
        for place, zone, person_id in told
    ]  # fmt: skip
    slack_messages.plan(session, messages, now)


def on_page(session: Session, person_id: str, kind: str, subject: str, revision: int) -> Notice | None:
    """The notice by which somebody was told of this on their page."""
    query = select(Notice).where(Notice.person_id == person_id, Notice.kind == kind, Notice.channel == "page")
    return session.exec(query.where(Notice.subject == subject, Notice.revision == revision)).first()


def mail_instead(session: Session, notice: Notice, now: datetime) -> None:
    """Send by email what was told on a page, as Slack doesn't take it; done twice, it is sent once."""
    zones = _zones(session, [notice.person_id], zone_or_utc(session.get_one(Week, notice.week_id).timezone))
    starts_at = datetime.fromisoformat(start) if (start := json.loads(notice.facts).get("start")) else None
    rows = [
        notice.model_dump(exclude={"read_at", "tried_at", "sent_at", "dropped_at"})
        | {"id": new_id(), "channel": "email", "created_at": now, "due_at": send_at(now, starts_at, zone)}
        for zone in zones.values()
    ]
    _write(session, rows, now)


def nudge(session: Session, week: AnyWeek, team_id: str, act: Act) -> int:
    """Ask a team's members to take a shift, once a day; the number of people who were asked. Raises NotFound."""
    team = teams.find(session, week, team_id)
    members = [person_id for person_id, joins in teams.joins(session, week).items() if current_team(joins) == team.id]
    facts = {"name": act.actor.person_name, "team": team.name, "week": week.name}
    day = local_day(act.now, week.zone).toordinal()
    return tell(session, week, members, News("nudge", team.id, day, facts), act.now)


def nudged(session: Session, week: AnyWeek, team_ids: Iterable[str], now: datetime) -> set[str]:
    """The teams among these whose members were asked today to take a shift."""
    day = local_day(now, week.zone).toordinal()
    asked = (Notice.kind == "nudge", Notice.week_id == week.id, Notice.revision == day)
    return set(session.exec(select(Notice.subject).where(*asked, col(Notice.subject).in_(list(team_ids))).distinct()))


def _is_over(now: Any) -> ColumnElement[bool]:
    """The condition that a notice is of no use any more.

    Its seat is offered no longer, or the shift is over; what waited for organizers is decided; a display is back.
    """
    stands = (
        select(SeatOffer.id)
        .join(Shift, col(Shift.id) == Notice.shift_id)
        .where(SeatOffer.id == Notice.revision, SeatOffer.state == "open", Shift.ends_at > now)
        .correlate(Notice)
    )
    return or_(
        and_(col(Notice.kind) == "offered", ~stands.exists()),
        and_(col(Notice.kind) == "cover-asked", ~_UNDECIDED.exists()),
        and_(col(Notice.kind) == "unconfirmed", ~_CHECKED_IN.exists()),
        and_(col(Notice.kind) == "display-away", ~_STILL_AWAY.exists()),
        and_(col(Notice.kind) == "feedback-due", ~STILL_TO_DO.exists()),
        and_(col(Notice.kind) == "card-due", ~STILL_DUE.exists()),
        and_(col(Notice.kind) == "review-asked", ~STILL_TO_REVIEW.exists()),
        and_(col(Notice.kind) == "review-done", ~STILL_THERE.exists()),
    )


def _has_lapsed(now: datetime) -> ColumnElement[bool]:
    """The condition that nobody can do any more what a notice says to do; on a query that joins its shift, if any."""
    begun = and_(col(Notice.kind).in_(_UNTIL_START), col(Shift.starts_at) <= now)
    ended = and_(col(Notice.kind).not_in(FOR_ORGANIZERS), col(Shift.ends_at) <= now)
    return or_(_is_over(now), col(Shift.cancelled_at).is_not(None), begun, ended)


_UNTIL_START: tuple[Kind, ...] = ("promoted", "seat-free")
"""The kinds that say what can be done until the shift starts; the others', until it ends."""


def is_of_use(session: Session, notice: Notice, now: datetime) -> bool:
    """Tell whether what a notice tells of is still so, as far as pages go by that."""
    query = select(Notice.id).where(Notice.id == notice.id, ~_is_over(now))
    return session.exec(query).first() is not None


_UNDECIDED = (
    select(SeatOffer.id)
    .join(Seat, col(Seat.id) == SeatOffer.seat_id)
    .where(Seat.shift_id == Notice.shift_id, SeatOffer.state == "pending")
    .correlate(Notice)
)
_CHECKED_IN = select(Seat.id).where(Seat.shift_id == Notice.shift_id, Seat.state == "checked_in").correlate(Notice)

_STILL_AWAY = (
    select(Display.id)
    .where(Display.id == Notice.subject, col(Display.revoked_at).is_(None), col(Display.seen_at) < Notice.created_at)
    .correlate(Notice)
)


def _inbox(person_id: Any, now: Any) -> tuple[Any, ...]:
    mine = (col(Notice.person_id) == person_id, col(Notice.channel) == "page")
    return *mine, col(Notice.due_at) <= now, col(Notice.dropped_at).is_(None)


def unread(session: Session, person_id: str, now: datetime) -> int:
    """Count what somebody was told and has not read."""
    [(count,)] = _UNREAD.rows(session, person=person_id, due=now, ends=now)
    return int(count)


_UNREAD = Prepared(
    sql_select(func.count())
    .select_from(Notice)
    .where(
        *_inbox(bindparam("person"), bindparam("due", type_=Instant)), col(Notice.read_at).is_(None),
        ~_is_over(bindparam("ends", type_=Instant)),
    )
)  # fmt: skip


def page(session: Session, person_id: str, now: datetime, *, cursor: str | None, limit: int) -> Page[Shown]:
    """Up to `limit` of somebody's notices after the cursor, the newest first. Raises Malformed for a bad cursor."""
    query = (
        select(Notice, Week, _is_over(now), _has_lapsed(now))
        .join(Week, col(Week.id) == Notice.week_id)
        .outerjoin(Shift, col(Shift.id) == Notice.shift_id)
        .where(*_inbox(person_id, now))
    )
    if cursor:
        last = paging.last_before(cursor, lambda id_: _own(session, person_id, id_))
        at = col(Notice.due_at)
        query = query.where(or_(at < last.due_at, and_(at == last.due_at, col(Notice.id) < last.id)))
    query = query.order_by(col(Notice.due_at).desc(), col(Notice.id).desc()).limit(limit + 1)
    found = [_shown(*row) for row in session.exec(query)]
    return Page(*paging.cut(found, limit, lambda each: each.id))


def _own(session: Session, person_id: str, notice_id: str) -> Notice | None:
    return session.exec(select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id)).first()


def _shown(notice: Notice, week: Week, is_over: object, has_lapsed: object) -> Shown:
    facts: Facts = json.loads(notice.facts)
    words = told(notice.kind, facts, is_over=bool(has_lapsed))  # type: ignore[arg-type]  # as below
    return Shown(
        notice.id, notice.due_at, words, bool(is_over) or notice.read_at is not None, week.slug,
        zone_or_utc(week.timezone), notice.shift_id, notice.kind,  # type: ignore[arg-type]  # nobody else writes kinds
        notice.subject if notice.kind in ABOUT_CARDS else "",
    )  # fmt: skip


def mark_read(session: Session, person_id: str, until: str, now: datetime) -> int:
    """Mark what somebody was told up to a moment (ISO, as their page showed it) as read; how many. Raises Malformed."""
    try:
        moment = datetime.fromisoformat(until)
        if moment.tzinfo is None:
            raise ValueError(until)  # noqa: TRY301 (both mean the same)
    except ValueError:
        raise Malformed("This list can’t go on from there. Reload the page and try again.") from None
    unread_ones = (*_inbox(person_id, now), col(Notice.read_at).is_(None), col(Notice.due_at) <= moment)
    return session.connection().execute(update(Notice).where(*unread_ones).values(read_at=now)).rowcount


def forget(session: Session, now: datetime) -> int:
    """Delete the notices of long ago, but for those of open weeks: the demo plays one of years ago; how many."""
    open_weeks = sql_select(col(Week.id)).where(col(Week.state) == "open")
    is_over = col(Notice.due_at) < now - KEPT, col(Notice.week_id).not_in(open_weeks)
    return session.connection().execute(delete(Notice).where(*is_over)).rowcount
