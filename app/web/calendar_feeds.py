"""`/calendar/{secret}.ics`: shifts for calendar programs, which sign in nowhere and accept whatever comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.db.database import Database
from app.domain.shifts.feed import FeedEntry, clean
from app.services import calendar_feeds
from app.services.calendar_feeds import Feed
from app.web.deps import AppClock, AppDatabase, AppSettings
from app.web.http.client import base_of
from app.web.http.representations import is_in
from app.web.routes import DatabaseRoute

if TYPE_CHECKING:
    from icalendar import Alarm, Event

HOUR = timedelta(hours=1)
"""The time between two looks that we ask for; no program looks more often, and Google's far more seldom."""
ALARM = timedelta(minutes=-30)

ROBOTS = "User-agent: *\nAllow: /calendar/\n"

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/robots.txt")
def robots() -> Response:
    """Let calendar programs in by name: Google's asks here before it fetches a feed."""
    return PlainTextResponse(ROBOTS)


@router.get("/calendar/{feed}.ics")
async def calendar_feed(
    request: Request,
    database: AppDatabase,
    clock: AppClock,
    settings: AppSettings,
    feed: str,
    alarm: Annotated[str, Query()] = "",
) -> Response:
    """Show a feed's shifts as iCalendar (RFC 5545); with `?alarm=30` each rings half an hour before.

    Never compressed: Outlook reads no gzip. The secret is in the address, so nothing keeps the answer but who asked.
    Events that changed since they were asked for last are written down with their new number before they are shown.
    """
    asked = _Asked(feed, base_of(request, settings), clock.game(), with_alarm=alarm == "30")
    body = await database.reads.run(asked.known, database)
    if body is None:
        body = await database.writes.run(asked.published, database)
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if is_in(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A feed as somebody asks for it; links in it begin with `base`."""

    secret: str
    base: str
    now: datetime
    with_alarm: bool

    def known(self, database: Database) -> bytes | None:
        """The feed where all of it was given out before. Raises NotFound."""
        with database.reading() as session:
            feed = calendar_feeds.read(session, self.secret, self.now)
        return None if feed is None else to_ics(feed, self.base, with_alarm=self.with_alarm)

    def published(self, database: Database) -> bytes:
        """The feed, with what has changed since. Raises NotFound."""
        with database.unit_of_work() as session:
            feed = calendar_feeds.publish(session, self.secret, self.now)
        return to_ics(feed, self.base, with_alarm=self.with_alarm)


def to_ics(feed: Feed, base: str, *, with_alarm: bool = False) -> bytes:
    """A feed in UTF-8, lines folded at 75 octets; the same events make the same bytes. Links begin with `base`."""
    from icalendar import (
        Calendar,
        vText,
    )  # an eighth of a second, which commands and most servers' starts can do without

    calendar = Calendar()
    for name, value in (
        ("PRODID", "-//Assembly Week//Shifts//EN"),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("CALSCALE", "GREGORIAN"),
        ("X-WR-CALNAME", vText(clean(feed.title))),
        ("X-PUBLISHED-TTL", "PT1H"),
    ):
        calendar.add(name, value)
    calendar.add("REFRESH-INTERVAL", HOUR, parameters={"VALUE": "DURATION"})
    for entry in feed.entries:
        calendar.add_component(_event(entry, base, with_alarm=with_alarm and not entry.is_cancelled))
    return bytes(calendar.to_ical())


def _event(entry: FeedEntry, base: str, *, with_alarm: bool) -> "Event":
    from icalendar import Event, vText

    event, page = Event(), f"{base}{entry.path}"
    for name, value in (
        ("UID", entry.uid),
        ("SEQUENCE", entry.sequence),
        ("DTSTAMP", entry.changed_at),
        ("LAST-MODIFIED", entry.changed_at),
        ("CREATED", entry.created_at),
        ("DTSTART", entry.starts_at),
        ("DTEND", entry.ends_at),
        ("SUMMARY", vText(clean(entry.summary))),
        ("DESCRIPTION", vText(clean(f"{entry.description}\n{page}"))),
        ("LOCATION", vText(clean(entry.location))),
        ("URL", clean(page)),
        ("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED"),
        ("TRANSP", "TRANSPARENT" if entry.is_cancelled else "OPAQUE"),
    ):
        if value != "":
            event.add(name, value)
    if with_alarm:
        event.add_component(_alarm(clean(entry.summary)))
    return event


def _alarm(summary: str) -> "Alarm":
    from icalendar import Alarm, vText

    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", vText(summary))
    alarm.add("TRIGGER", ALARM)
    return alarm
