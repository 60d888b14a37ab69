"""The schedule on a week's page: planned, changed and removed by organizers, told to players, and what went wrong."""

import pytest

from app.jobs import scheduled_changes
from tests.builders import ADA, SLUG
from tests.web.organizer.reading import flash
from tests.web.reading import mistakes
from tests.web.running_app import RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}"
SCHEDULE = f"{HERE}/schedule"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer, signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def test_schedule_is_told_to_players_until_it_happens(site: RunningApp, organizer: Visitor) -> None:
    freeze = organizer.post(SCHEDULE, action="freeze", at="2022-09-16T15:00", seen="")
    close = organizer.post(SCHEDULE, action="close", at="2022-09-16T17:00", grace_minutes="120", seen="")

    assert (freeze.status_code, close.headers["location"]) == (303, f"{HERE}?done=planned")
    page = organizer.get(HERE).text
    assert "<b>Freeze: Friday 16 September, 15:00</b>" in page
    assert "<b>Closing: Friday 16 September, 19:00</b>, 2 hours of grace included." in page
    player = sign_in(site, ADA)
    for shown in (site.get(f"/weeks/{SLUG}").text, player.get("/me").text):
        assert "The board freezes Friday 16 September, 15:00." in shown
        assert "The week closes Friday 16 September, 19:00." in shown
    assert "The week closes Friday 16 September, 19:00. Log what’s missing before." in player.get("/me/log").text

    site.clock.set("2022-09-16 16:00")
    scheduled_changes.catch_up(site.database, site.clock)

    assert "Frozen at Fri 15:00" in site.get(f"/weeks/{SLUG}").text
    history = sign_in(site, "olu@example.com", "organizer").get(HERE).text
    assert "froze the board: “<bdi>As scheduled</bdi>”" in history
    assert "Change freeze" not in history


def test_schedule_changed_meanwhile_is_refused_with_what_was_typed(site: RunningApp, organizer: Visitor) -> None:
    organizer.post(SCHEDULE, action="freeze", at="2022-09-16T15:00", seen="")

    second = sign_in(site, "mo@example.com", "organizer").post(
        SCHEDULE, action="freeze", at="2022-09-16T16:00", seen=""
    )
    removal = organizer.post(f"{SCHEDULE}/remove", action="freeze", seen="0123456789abcdef")

    said = "Not saved: someone changed this plan meanwhile. Look at it, then save again."
    assert [(each.status_code, flash(each)) for each in (second, removal)] == [(409, said)] * 2
    assert 'value="2022-09-16T16:00"' in second.text
    assert "Freeze: Friday 16 September, 15:00" in second.text


@pytest.mark.parametrize(
    ("action", "at", "status", "sentence"),
    [
        ("freeze", "Friday", 422, "Write a day and a time, such as 2022-09-16 15:00."),
        ("freeze", "2022-09-01T15:00", 422, "That time is over. Choose one that’s still to come."),
        ("open", "2022-09-16T15:00", 409, "Q3-2022 is open already."),
    ],
)
def test_schedule_of_what_cannot_be_is_refused(
    organizer: Visitor, action: str, at: str, status: int, sentence: str
) -> None:
    answer = organizer.post(SCHEDULE, action=action, seen="", at=at)

    said = "Not saved. Fix the marked fields." if at == "Friday" else sentence
    assert (answer.status_code, flash(answer)) == (status, said)
    assert mistakes(answer) == ({} if action == "open" else {f"{action}-at": sentence})


def test_schedule_that_failed_stands_on_the_page_until_it_is_removed(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/weeks", name="Spring", timezone="Berlin", starts="2022-10-10", ends="2022-10-14")
    plan = {"action": "close", "at": "2022-10-15T12:00", "seen": ""}
    organizer.post("/organizer/weeks/spring/schedule", **plan)
    site.clock.set("2022-10-15 12:00")
    scheduled_changes.catch_up(site.database, site.clock)
    organizer = sign_in(site, "olu@example.com", "organizer")

    page, told = organizer.get("/organizer/weeks/spring").text, organizer.get("/me/notices").text

    assert "Spring is a draft. Only an open week can be closed. Do it by hand, or plan another time." in page
    assert 'href="/organizer/weeks/spring">The planned closing of a week didn’t happen' in told
    [seen] = {part.partition('"')[0] for part in page.split('name="seen" value="')[1:]} - {""}
    organizer.post("/organizer/weeks/spring/schedule/remove", action="close", seen=seen)
    assert "didn’t happen" not in organizer.get("/organizer/weeks/spring").text


def test_schedule_by_the_api_changes_what_is_sent(site: RunningApp) -> None:
    path = f"/api/v1/weeks/{SLUG}/schedule"
    site.ask("PATCH", path, "admin", json={"freeze": "2022-09-16T15:00:00-07:00"})

    changed = site.ask("PATCH", path, "admin", json={"close": "2022-09-16T17:00:00-07:00", "grace_minutes": 60})
    refused = site.ask("PATCH", path, "admin", json={"grace_minutes": 60})
    dropped = site.ask("PATCH", path, "admin", json={"freeze": None})

    assert changed.json()["freeze"]["at"] == "2022-09-16T22:00:00.000000Z"
    assert changed.json()["close"] == {
        "at": "2022-09-17T00:00:00.000000Z", "grace_minutes": 60, "happens_at": "2022-09-17T01:00:00.000000Z",
        "by": "admin", "failure": None,
    }  # fmt: skip
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "grace_minutes")
    assert (dropped.json()["freeze"], dropped.json() == site.get(path, "admin").json()) == (None, True)
