"""Organizers' pages in a browser: reachable for everybody, on a phone too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.domain.calendar.slots import ASSEMBLY_WEEK, Pattern
from app.services.displays import displays
from app.services.organizing import join_codes
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks
from tests.browser.looking import LAPTOP, PHONE, looking, overflow, serious_flaws, theme_at
from tests.builders import ADA, ENDS, OWLS, SLUG, STARTS, act_by
from tests.web.running_app import RunningApp, screen_code, sign_in

pytestmark = pytest.mark.browser

WEEK = f"/organizer/weeks/{SLUG}"
PAGES = [
    "/organizer",
    "/organizer/weeks",
    WEEK,
    f"{WEEK}/teams",
    *(f"{WEEK}/shifts{page}" for page in ("", "/coverage", "/new", "/settings")),
    "/organizer/people",
    "/organizer/rules",
    "/organizer/rules/history",
    "/organizer/displays",
    "/organizer/sources",
    "/organizer/tokens",
    "/organizer/audit",
]
SMALL = """[...document.querySelectorAll("a, button, summary, .field__input")]
    .filter((each) => getComputedStyle(each).display !== "inline" && !each.closest(".skip, .row, label, th"))
    .filter((each) => { const box = each.getBoundingClientRect(); return box.height > 0 && box.height < 43.5; })
    .map((each) => each.textContent.trim())"""
HOURLY = Pattern(frozenset({ENDS.weekday()}), 0, 24 * 60, 60, "short")  # more columns than a laptop has room for
LONG = "The extraordinarily long-named team of the third floor kitchen"


@contextmanager
def desk(chromium: Browser, site: RunningApp, size: tuple[int, int] = LAPTOP, **options: object) -> Iterator[Page]:
    """An organizer's browser, signed in."""
    organizer = sign_in(site, "olu@example.com", "organizer")
    with looking(chromium, size, **options) as page:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": site.url} for name, value in organizer.cookies.items()]
        )
        yield page


def furnish(site: RunningApp) -> None:
    """A long name, a join code, a display and a freeze."""
    site.game.team(LONG, "bartholomew.featherstonehaugh-cholmondeley@support.department.example.com")
    with site.database.unit_of_work() as session:
        week = weeks.lock(session, SLUG, site.clock.now)
        join_codes.renew(session, teams.find(session, week, site.game.team_id(OWLS)), act_by("Olu", site.clock.now))
        displays.pair(session, screen_code(), LONG[:60], act_by("Olu", site.clock.now))
        shifts.generate(session, SLUG, ASSEMBLY_WEEK, STARTS, ENDS, ShiftFields(label=LONG[:60]), site.game.act)
        shifts.generate(session, SLUG, HOURLY, ENDS, ENDS, ShiftFields(label="Night and day"), site.game.act)
        early = shifts.of_week(session, week)[-1]
        seats.sign_up_team(session, SLUG, early.id, site.game.team_id(OWLS), site.game.act, reason="They asked")
    site.game.freeze()


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_pages_keep_nobody_out_and_fit_with_everything_open(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    furnish(site)
    flaws: dict[str, object] = {}
    with desk(chromium, site, size, color_scheme=theme_at(size)) as page:
        for path in PAGES:
            page.goto(site.url + path)
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            flaws[path] = (overflow(page), serious_flaws(page), page.evaluate(SMALL))

    assert flaws == dict.fromkeys(PAGES, (0, [], []))


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_a_person_and_what_they_did_fit_with_everything_open(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    site.record(note=LONG, external_id="reply-" + "x" * 120)
    ada = sign_in(site, ADA)
    with desk(chromium, site, size, color_scheme=theme_at(size)) as page:
        page.goto(f"{site.url}/organizer/people/{ada.person_id}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

        assert page.locator(".correction").count() == 1
        assert (overflow(page), serious_flaws(page), page.evaluate(SMALL)) == (0, [], [])


def test_menu_fits_beside_the_mark_on_a_small_phone(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, (320, 568)) as page:
        page.goto(f"{site.url}/weeks/{SLUG}")
        boxes = [locator.bounding_box() for locator in page.locator(".masthead a").all()]

    assert [box["y"] for box in boxes if box] == [boxes[0]["y"] if boxes[0] else 0] * len(boxes)
    assert [box for box in boxes if box and (box["width"] < 43.5 or box["x"] + box["width"] > 320)] == []


def test_first_week_is_made_by_hand_without_javascript(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, PHONE, java_script_enabled=False) as page:
        page.goto(f"{site.url}/organizer/weeks")
        page.get_by_label("Name", exact=True).fill("Winter Week")
        page.get_by_label("Time zone").fill("Europe/Berlin")
        page.get_by_label("First day", exact=True).fill("2022-12-05")
        page.get_by_label("Last day").fill("2022-12-09")
        page.get_by_role("button", name="Create week").press(
            "Enter"
        )  # a font that comes late would move it from under a click
        page.get_by_role("link", name="Add teams").click()
        page.get_by_label("Name", exact=True).fill("Foxes")
        page.get_by_role("button", name="Create team").press("Enter")
        page.get_by_text("Add person").click()
        page.get_by_label("Email").fill("nia@example.com")
        page.get_by_label("Name only for new people").fill("Nia Okoro")
        page.get_by_role("button", name="Add to Foxes").press("Enter")
        page.get_by_role("link", name="Winter Week").click()
        page.locator("summary", has_text="Open week").click()
        page.get_by_role("button", name="Open week").press("Enter")

        assert page.inner_text(".alert") == "The week is open."
        assert page.get_by_text("1 person in 1 team.").count() == 1


def test_invitations_download_is_the_list_on_the_page(chromium: Browser, site: RunningApp, tmp_path: Path) -> None:
    with desk(chromium, site) as page:
        page.goto(f"{site.url}{WEEK}/teams")
        page.get_by_role("button", name="Create 6 links").click()
        shown = [locator.inner_text() for locator in page.locator("td .secret").all()]

        with page.expect_download() as download:
            page.get_by_role("link", name="Download as CSV").click()
        download.value.save_as(tmp_path / "links.csv")

    lines = (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()
    assert download.value.suggested_filename == f"{SLUG}-invitations.csv"
    assert [line.rpartition(",")[2] for line in lines] == ["link", *shown]
    assert len(shown) == 6
