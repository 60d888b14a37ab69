"""The schedule of a week in a browser: planned by keyboard on a phone, seen by players, by two organizers at once."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import LAPTOP, PHONE, flaws_light_and_dark, looking, overflow
from tests.browser.test_organizer_weeks import desk
from tests.builders import SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

WEEK = f"/organizer/weeks/{SLUG}"


def test_freeze_is_planned_changed_by_another_organizer_and_removed(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, PHONE) as mine, desk(chromium, site, LAPTOP) as theirs, looking(chromium, PHONE) as board:
        board.goto(f"{site.url}/weeks/{SLUG}")
        for page in (mine, theirs):
            page.goto(site.url + WEEK)
        mine.get_by_text("Plan freeze").first.press("Enter")
        assert overflow(mine) == 0
        mine.get_by_label("Freeze", exact=True).fill("2022-09-16T15:00")
        mine.get_by_role("button", name="Plan freeze").press("Enter")
        expect(mine.get_by_role("status")).to_have_text("Planned. You can change or remove it until it happens.")
        expect(board.locator("#upcoming")).to_have_text("The board freezes Friday 16 September, 15:00.")

        theirs.reload()
        theirs.get_by_text("Change freeze").click()
        theirs.get_by_label("Freeze", exact=True).fill("2022-09-16T16:00")
        theirs.get_by_role("button", name="Save freeze").click()
        expect(board.locator("#upcoming")).to_have_text("The board freezes Friday 16 September, 16:00.")
        assert flaws_light_and_dark(theirs) == []

        theirs.get_by_text("Change freeze").click()
        theirs.get_by_role("button", name="Remove freeze").click()
        expect(theirs.get_by_role("status")).to_have_text("Removed. It won’t happen by itself.")
        expect(board.locator("#upcoming")).to_have_count(0)
