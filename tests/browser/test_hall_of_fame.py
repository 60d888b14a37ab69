"""The hall of fame in a browser, and a week that is archived and unarchived, by keyboard."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import PHONE, flaws_light_and_dark, overflow
from tests.browser.test_organizer_weeks import desk
from tests.builders import OWLS, SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser


def test_week_goes_into_the_archive_and_back(chromium: Browser, site: RunningApp) -> None:
    site.game.take(kind="response")
    site.game.adjust(OWLS, 5)
    site.game.close()

    with desk(chromium, site, PHONE) as page:
        page.goto(f"{site.url}/weeks")
        page.get_by_role("link", name="Hall of fame").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Hall of fame")
        expect(page.get_by_text("Winner: Owls, ")).to_be_visible()
        assert (overflow(page), flaws_light_and_dark(page)) == (0, [])

        page.goto(f"{site.url}/organizer/weeks/{SLUG}")
        page.locator("summary", has_text="Archive week").press("Enter")
        page.get_by_role("button", name="Archive week").press("Enter")
        expect(page.get_by_role("status")).to_have_text(
            "Archived. The list of weeks and the hall of fame leave it out."
        )
        page.get_by_role("button", name="Unarchive week").press("Enter")
        expect(page.get_by_role("status")).to_have_text("Unarchived. The list of weeks has it again.")
