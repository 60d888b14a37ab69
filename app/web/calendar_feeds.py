"""`/calendar/{secret}.ics`: shifts for calendar programs, which sign in nowhere and accept whatever comes."""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.domain.shifts.feed import FeedEntry, clean
from app.services import calendar_feeds
from app.services.calendar_feeds import Feed
from app.web.deps import AppClock, AppSettings, ReadSession
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
def calendar_feed(
    request: Request,
    session: ReadSession,
    clock: AppClock,
    settings: AppSettings,
    feed: str,
    alarm: Annotated[str, Query()] = "",
) -> Response:
    """Show a feed's shifts as iCalendar (RFC 5545); with `?alarm=30` each rings half an hour before.

    Never compressed: Outlook reads no gzip. The secret is in the address, so nothing keeps the answer but who asked.
    """
    found = calendar_feeds.read(session, feed, base_of(request, settings), clock.game())
    body = to_ics(found, with_alarm=alarm == "30")
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if is_in(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def to_ics(feed: Feed, *, with_alarm: bool = False) -> bytes:
    """A feed in UTF-8, lines folded at 75 octets; the same events make the same bytes."""
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
        calendar.add_component(_event(entry, with_alarm=with_alarm and not entry.is_cancelled))
    return bytes(calendar.to_ical())


def _event(entry: FeedEntry, *, with_alarm: bool) -> "Event":
    from icalendar import Event, vText

    event = Event()
    for name, value in (
        ("UID", entry.uid),
        ("SEQUENCE", entry.sequence),
        ("DTSTAMP", entry.changed_at),
        ("LAST-MODIFIED", entry.changed_at),
        ("CREATED", entry.created_at),
        ("DTSTART", entry.starts_at),
        ("DTEND", entry.ends_at),
        ("SUMMARY", vText(clean(entry.summary))),
        ("DESCRIPTION", vText(clean(entry.description))),
        ("LOCATION", vText(clean(entry.location))),
        ("URL", clean(entry.url)),
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
