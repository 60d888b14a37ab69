"""The page of shifts in a browser: seats move as others take them, and it shows what one loaded afresh shows."""

import pytest
from playwright.sync_api import Browser, Page

from app.services.shifts import editing
from tests.browser.looking import LAPTOP, looking
from tests.builders import ADA, BO, CHIDI, SLUG
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

PAGE = f"/weeks/{SLUG}/shifts"
SEATS = """() => Object.fromEntries([...document.querySelectorAll("[id^=seats-]")].map((seats) =>
    [seats.id, seats.outerHTML.replace(/>\\s+/g, ">").replace(/\\s+</g, "<")]))"""
HAS = "([id, name, value]) => document.getElementById(id)?.dataset[name] === value"


def seats_of(page: Page) -> dict[str, str]:
    """Every shift's seats as the page has them, without the spaces between elements."""
    found: dict[str, str] = page.evaluate(SEATS)
    return found


def wait_for(page: Page, shift_id: str, free: int) -> None:
    """Wait until so many seats of a shift are free."""
    page.wait_for_function(HAS, arg=[f"seats-{shift_id}", "free", str(free)])


def test_open_page_shows_what_one_loaded_afresh_does(chromium: Browser, site: RunningApp) -> None:
    plan = Plan(site.game)
    first, second = plan.shift(), plan.shift(start=8)
    with looking(chromium, LAPTOP) as page, looking(chromium, LAPTOP) as fresh:
        page.goto(site.url + PAGE)
        page.evaluate("window.isSameDocument = true")
        plan.sign_up(first, ADA)
        wait_for(page, first, 2)
        seat = plan.sign_up(second, BO).seat
        plan.sign_up(first, CHIDI)
        wait_for(page, first, 1)
        plan.leave(seat, plan.organizer)
        wait_for(page, second, 3)
        third = plan.shift(start=10)  # the list comes anew
        wait_for(page, third, 3)
        plan.sign_up(third, BO)
        wait_for(page, third, 2)
        with site.database.unit_of_work() as session:
            editing.cancel(session, SLUG, second, plan.organizer, reason="Nobody calls")
        page.wait_for_function(HAS, arg=[f"seats-{second}", "state", "cancelled"])

        fresh.goto(site.url + PAGE)
        found = seats_of(page), page.evaluate("window.isSameDocument")
        expected = seats_of(fresh)

    assert found == (expected, True)
    assert list(found[0]) == [f"seats-{each}" for each in (first, second, third)]
