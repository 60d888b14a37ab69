"""A week that goes without teams: its board shows who is on shift instead of standings."""

import re

import pytest

from app.services.access import accounts
from app.services.people import people
from app.services.shifts import settings
from tests.builders import ADA, SLUG, a_week, act_by
from tests.services.shifts.test_seats import Plan
from tests.web.reading import text
from tests.web.running_app import RunningApp, sign_in
from tests.web.test_me_log import sheet
from tests.web.viewing import watching

PAGE = f"/weeks/{SLUG}"


@pytest.fixture
def plan(empty_site: RunningApp) -> Plan:
    """A week without teams, and Ada, who has an account."""
    now = empty_site.clock.now
    with empty_site.database.unit_of_work() as session:
        a_week(session)
        people.find_or_create(session, ADA, "Ada Lovelace", now)
        settings.change(session, SLUG, {"needs_team": False}, act_by("Olu", now))
    return Plan(empty_site.game)


def words(html: str, part: str) -> str:
    """The text of a part of the board, which has no part of its own inside."""
    inside = html.partition(f'id="{part}"')[2].partition(">")[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", inside).split())


def test_board_thanks_everyone_once_there_are_no_shifts_to_come(empty_site: RunningApp, plan: Plan) -> None:
    seen = [empty_site.get(PAGE).text]
    plan.sign_up(plan.shift(), ADA)
    empty_site.clock.set("2022-09-15 08:00")
    seen.append(empty_site.get(PAGE).text)

    assert [words(html, "on-shift") for html in seen] == [
        "Shifts show here once an organizer adds them.",
        "Thank you to everyone who took a shift.",
    ]
    assert ["Standings" in html for html in seen] == [False, False]


def test_board_shows_another_name_at_once(empty_site: RunningApp, plan: Plan) -> None:
    plan.sign_up(plan.shift(), ADA)
    before = words(empty_site.get(PAGE).text, "on-shift")

    with empty_site.database.unit_of_work() as session:
        accounts.rename(session, session.merge(plan.person(ADA)), "Ada King", act_by("Olu", empty_site.clock.now))

    assert ("Ada Lovelace" in before, "Ada King" in words(empty_site.get(PAGE).text, "on-shift")) == (True, True)


def test_board_of_a_closed_week_announces_nothing(empty_site: RunningApp, plan: Plan) -> None:
    plan.shift()

    plan.game.close()

    assert words(empty_site.get(PAGE).text, "on-shift") == "Thank you to everyone who took a shift."


def test_board_shows_who_is_on_now_and_next_and_moves(empty_site: RunningApp, plan: Plan) -> None:
    first, _ = plan.shift(), plan.shift(start=8, places=1)
    before = words(empty_site.get(PAGE).text, "on-shift")

    with watching(empty_site, f"{PAGE}/live") as events:
        events.get(timeout=5)
        plan.sign_up(first, ADA)
        change = words(events.get(timeout=5)["data"], "on-shift")
        empty_site.clock.set("2022-09-15 06:00")
        started = words(events.get(timeout=5)["data"], "on-shift")

    thanks = "Thank you to everyone who takes a shift."
    assert before == f"Up next Thu 06:00–08:00 3 seats free {thanks}"
    assert change == f"Up next Thu 06:00–08:00 Ada Lovelace 2 seats free {thanks}"
    assert started == (f"On now Thu 06:00–08:00 Ada Lovelace Thank you! Up next Thu 08:00–10:00 1 seat free {thanks}")
    assert started == words(empty_site.get(PAGE).text, "on-shift")


def test_board_tells_the_date_of_a_shift_that_is_days_ahead(empty_site: RunningApp, plan: Plan) -> None:
    plan.shift()
    empty_site.clock.set("2022-09-09 06:00")

    assert words(empty_site.get(PAGE).text, "on-shift").startswith("Up next Thursday 15 September, 06:00–08:00 3 seats")


def test_board_has_standings_again_with_the_first_team(empty_site: RunningApp, plan: Plan) -> None:
    plan.game.team("Owls", ADA)

    html = empty_site.get(PAGE).text

    assert ('id="on-shift"' in html, "Standings" in html, 'class="row' in html) == (False, True, True)


def test_what_somebody_does_is_in_the_totals_and_waits_for_no_team(empty_site: RunningApp, plan: Plan) -> None:
    ada = sign_in(empty_site, ADA)
    form = ada.get("/me/log")
    logged = ada.post("/me/log", **sheet(ada))
    pages = [form, *(ada.get(path) for path in (logged.headers["location"], "/me", "/me/activities"))]

    found = " ".join(map(text, pages))

    assert "No team needed: what you do is in the totals of the week." in text(pages[0])
    assert ">Issue</option>" in form.text
    assert "Logged. It’s in the totals of the week." in text(pages[1])
    assert found.count("It’s in the totals of the week: no team needed.") == 3
    assert re.findall("no team yet|join one", found, re.IGNORECASE) == []


def test_my_page_asks_nobody_to_join_a_team(empty_site: RunningApp, plan: Plan) -> None:
    ada = sign_in(empty_site, ADA)
    pages = [ada.get("/me").text]
    plan.game.close()
    pages.append(ada.get("/me").text)

    assert ["No team needed: anyone can take a shift." in page for page in pages] == [True, False]
    assert ["Thanks to everyone who took a shift." in page for page in pages] == [False, True]
    assert ["join code" in page for page in pages] == [False, False]
