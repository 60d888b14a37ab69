"""Calendar feeds over HTTP, read by two parsers of different authors, and made on pages and by programs."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import httpx
import icalendar
import pytest
from ics import Calendar as IcsCalendar
from sqlmodel import select

from app.domain.calendar.slots import slot
from app.domain.shifts.feed import FeedEntry
from app.models import Person, Seat
from app.services.access import accounts
from app.services.calendar_feeds import Feed
from app.services.organizing import team_admin
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.web.calendar_feeds import to_ics
from tests.builders import ADA, DUA, OWLS, PACIFIC, SLUG, act_by, moment
from tests.web.running_app import API, SIGNED_IN, RunningApp, sign_in

FEEDS = f"{API}/calendar-feeds"
LABEL = "Frühschicht; 早番, \\ “quoted” and long enough to be folded after seventy-five"[:60]


def a_seat(site: RunningApp, email: str = ADA, start: int = 6) -> str:
    """A shift of Thursday that somebody is signed up for; its id."""
    with site.database.unit_of_work() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        span = slot(date(2022, 9, 15), 60 * start, 60 * (start + 2), PACIFIC)
        act = site.game.act
        shift = shifts.create(session, SLUG, span, ShiftFields(label=LABEL, place="Room 2; left"), act)
        seats.sign_up(session, SLUG, shift.id, person.id, act)
        return shift.id


def leave_all(site: RunningApp, email: str = ADA) -> None:
    with site.database.unit_of_work() as session:
        for seat in session.exec(select(Seat).join(Person).where(Person.email == email)).all():
            seats.leave(session, SLUG, seat.shift_id, seat.id, site.game.act, reason="Ill")


def a_feed(site: RunningApp, **body: str) -> str:
    """The path of a feed made by a program."""
    made = site.post(FEEDS, "admin", json=body or {"person": ADA})
    assert made.status_code == 201, made.text
    assert sorted(made.json()) == ["id", "url"]
    return str(made.json()["url"]).removeprefix(site.url)


def bare(site: RunningApp, method: str, path: str, **headers: str) -> httpx.Response:
    """A request as Google sends it: without Accept, cookie or token."""
    request = site.client.build_request(method, path, headers=headers)
    for name in ("accept", "cookie"):
        request.headers.pop(name, None)
    return site.client.send(request)


def by_icalendar(text: bytes) -> list[dict[str, Any]]:
    calendar: Any = icalendar.Calendar.from_ical(text)
    return [
        {
            "uid": str(event["UID"]), "title": str(event["SUMMARY"]), "start": event["DTSTART"].dt,
            "end": event["DTEND"].dt, "place": str(event["LOCATION"]), "text": str(event["DESCRIPTION"]),
            "status": str(event["STATUS"]), "modified": event["LAST-MODIFIED"].dt, "stamp": event["DTSTAMP"].dt,
            "sequence": int(event["SEQUENCE"]),
            "alarms": [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")],
        }
        for event in calendar.walk("VEVENT")
    ]  # fmt: skip


def by_ics(text: bytes) -> list[dict[str, Any]]:
    calendar = IcsCalendar(text.decode())
    return [
        {
            "uid": event.uid, "title": event.name, "start": event.begin.datetime, "end": event.end.datetime,
            "place": event.location, "text": event.description, "status": event.status,
            "modified": event.last_modified.datetime, "alarms": [alarm.trigger for alarm in event.alarms],
            "stamp": event.created.datetime,
            "sequence": next(int(line.value) for line in event.extra if line.name == "SEQUENCE"),
        }
        for event in sorted(calendar.events, key=lambda event: event.begin)
    ]  # fmt: skip


@SIGNED_IN
def test_two_parsers_read_the_same_shifts(site: RunningApp) -> None:
    first, second = a_seat(site), a_seat(site, start=10)
    path = a_feed(site)

    plain, ringing = bare(site, "GET", path).content, bare(site, "GET", f"{path}?alarm=30").content

    assert by_icalendar(plain) == by_ics(plain)
    assert by_icalendar(ringing) == by_ics(ringing)
    events = by_icalendar(ringing)
    assert [event["uid"].partition("-")[0] for event in events] == [first, second]
    assert events[0] | {"uid": "", "text": ""} == {
        "uid": "", "title": f"{LABEL} · Q3-2022", "start": datetime(2022, 9, 15, 13, tzinfo=UTC),
        "end": datetime(2022, 9, 15, 15, tzinfo=UTC), "place": "Room 2; left", "text": "", "status": "CONFIRMED",
        "modified": site.clock.now, "stamp": site.clock.now, "sequence": 1, "alarms": [timedelta(minutes=-30)],
    }  # fmt: skip
    assert events[0]["text"].startswith("Thu 15 Sep 06:00–08:00 PDT (America/Los_Angeles)\n")
    assert [event["alarms"] for event in by_icalendar(plain)] == [[], []]


def test_feed_says_what_calendars_need_and_nothing_secret(site: RunningApp) -> None:
    a_seat(site)
    path = a_feed(site)

    answer = bare(site, "GET", path)

    lines = answer.text.split("\r\n")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert {
        "METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "DTSTART:20220915T130000Z",
        "DTEND:20220915T150000Z", "SEQUENCE:1", "DTSTAMP:20220914T200000Z", "LAST-MODIFIED:20220914T200000Z",
    } <= set(lines)  # fmt: skip
    assert max(len(line.encode()) for line in lines) <= 75
    secret = re.findall(r"af_[\w-]+", path)[0]
    assert [word for word in (secret, "@example.com", "ATTENDEE", "VTIMEZONE", "TZID") if word in answer.text] == []


@SIGNED_IN
def test_team_that_gets_another_name_is_a_newer_event_to_two_parsers(site: RunningApp) -> None:
    a_seat(site)
    path = a_feed(site, team_id=site.game.team_id(OWLS))
    [before] = by_ics(bare(site, "GET", path).content)
    site.clock.set("2022-09-14 14:00")

    with site.database.unit_of_work() as session:
        act = act_by("Olu", site.clock.now)
        team_admin.rename_team(session, SLUG, site.game.team_id(OWLS), "Barn Owls", act)
    renamed = bare(site, "GET", path)
    site.clock.set("2022-09-14 15:00")
    again = bare(site, "GET", path, **{"If-None-Match": renamed.headers["etag"]})

    [after] = by_icalendar(renamed.content)
    assert by_ics(renamed.content) == [after]
    assert (after["title"], after["sequence"]) == (f"{LABEL} · Barn Owls", before["sequence"] + 1)
    assert (after["uid"], after["stamp"], after["modified"]) == (before["uid"], *2 * [moment("2022-09-14 14:00")])
    assert again.status_code == 304


def test_left_seat_is_cancelled_until_the_shift_is_over(site: RunningApp) -> None:
    a_seat(site)
    path = a_feed(site)
    leave_all(site)

    left = bare(site, "GET", f"{path}?alarm=30")
    (event,) = by_ics(left.content)
    site.clock.set("2022-09-15 08:00")

    assert "SEQUENCE:2\r\n" in left.text
    assert (event["status"], event["title"], event["alarms"]) == ("CANCELLED", f"Cancelled: {LABEL} · Q3-2022", [])
    assert by_ics(bare(site, "GET", path).content) == []


def test_feed_is_never_compressed_and_answers_304_until_something_changes(site: RunningApp) -> None:
    for start in (6, 8, 10, 12):
        a_seat(site, start=start)
    path = a_feed(site)

    first = bare(site, "GET", path, **{"Accept-Encoding": "gzip"})
    head = bare(site, "HEAD", path, Accept="application/json")
    same = bare(site, "GET", path, **{"If-None-Match": first.headers["etag"]})
    a_seat(site, start=14)
    changed = bare(site, "GET", path, **{"If-None-Match": first.headers["etag"]})

    assert (first.status_code, "content-encoding" in first.headers, len(first.content) > 1_000) == (200, False, True)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert (changed.status_code, len(by_ics(changed.content))) == (200, 5)


def test_revoked_feed_is_404_without_a_redirect(site: RunningApp) -> None:
    made = site.post(FEEDS, "admin", json={"team_id": site.game.team_id(OWLS)}).json()
    path = made["url"].removeprefix(site.url)
    before = bare(site, "GET", path)

    revoked = [site.ask("DELETE", f"{FEEDS}/{made['id']}", "admin") for _ in range(2)]

    assert [answer.status_code for answer in (before, *revoked, bare(site, "GET", path))] == [200, 200, 200, 404]
    assert revoked[0].json()["id"] == made["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422), ({"person": ADA, "team_id": "0" * 16}, 422), ({"person": "nobody@example.com"}, 404),
        ({"team_id": "0" * 16}, 404), ({"team_id": "x"}, 404), ({"person": ADA, "alarm": True}, 422),
    ],
)  # fmt: skip
def test_program_that_names_nobody_makes_no_feed(site: RunningApp, body: dict[str, Any], status: int) -> None:
    assert site.post(FEEDS, "admin", json=body).status_code == status


def test_page_makes_a_feed_shown_once_and_revokes_it(site: RunningApp) -> None:
    shift = a_seat(site, DUA)
    dua = sign_in(site, DUA)

    made = dua.post("/me/calendar", whose="team", alarm="30")
    url = re.findall(r"http://[^<]+\.ics\?alarm=30", made.text)[0]
    feed_id = re.findall(r"/me/calendar/(\w+)/revoke", made.text)[0]
    again = dua.get("/me/calendar").text
    feed = bare(site, "GET", url.removeprefix(site.url))
    other = sign_in(site, ADA).post(f"/me/calendar/{feed_id}/revoke")
    gone = dua.post(f"/me/calendar/{feed_id}/revoke")

    assert (made.status_code, f'href="webcal:{url.partition(":")[2]}"' in made.text) == (200, True)
    assert ("Shifts of <bdi>Cats</bdi>" in again, ".ics" in again) == (True, False)
    assert [event["uid"].partition("-")[0] for event in by_ics(feed.content)] == [shift]
    assert (other.status_code, gone.status_code) == (404, 303)
    assert bare(site, "GET", url.removeprefix(site.url)).status_code == 404


def test_page_without_a_team_offers_ones_own_shifts_alone(site: RunningApp) -> None:
    gus = sign_in(site)

    page, refused = gus.get("/me/calendar"), gus.post("/me/calendar", whose="team")

    assert ("No calendars yet." in page.text, 'name="whose"' in page.text) == (True, False)
    assert (refused.status_code, "No team now." in refused.text) == (409, True)


def hostile() -> Iterator[str]:
    yield from ("NUL\x00", "BEGIN:VEVENT\r\nATTENDEE:x", "half \ud83d", "a;b,c\\z", "🧡" * 60, "‏עברית", "\x7f\x1b[31m")


def test_hostile_names_stay_text(site: RunningApp) -> None:
    at = datetime(2022, 9, 15, 13, tzinfo=UTC)
    for text in hostile():
        entry = FeedEntry("u", 1, at, at + timedelta(hours=2), at, at, text, text, text, "/x", is_cancelled=False)

        body = to_ics(Feed(text, [entry]), "https://x")

        (one,), (other,) = by_icalendar(body), by_ics(body)
        assert one == other
        assert max(len(line) for line in body.split(b"\r\n")) <= 75
        assert b"\x00" not in body


def test_robots_may_fetch_calendars(site: RunningApp) -> None:
    answer = bare(site, "GET", "/robots.txt")

    read = RobotFileParser()
    read.parse(answer.text.splitlines())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text.splitlines()[1:] == ["Allow: /calendar/"]
    assert read.can_fetch("Googlebot", a_feed(site))
