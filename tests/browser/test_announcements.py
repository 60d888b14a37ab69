"""The announcement in browsers: it comes to open boards and displays by itself, and long ones wrap."""

import pytest
from playwright.sync_api import Browser, expect

from app.services import announcements
from tests.browser.display import screen
from tests.browser.looking import PHONE, flaws_light_and_dark, looking, overflow
from tests.browser.test_organizer_weeks import desk
from tests.builders import SLUG, act_by
from tests.web.playing_shifts import Shifts
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

RTL = "הפרסים ב־17:00 בלובי 🎉"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


def test_announcement_comes_and_goes_on_open_boards_and_displays(chromium: Browser, site: RunningApp) -> None:
    site.record()
    with (
        desk(chromium, site) as organizer,
        looking(chromium, PHONE) as phone,
        screen(chromium, site) as wall,
    ):
        phone.goto(f"{site.url}/weeks/{SLUG}")
        line, foot = phone.locator("#standings .announcement"), wall.page.locator(".status-bar__said")
        organizer.goto(f"{site.url}/organizer/announcement")
        organizer.get_by_label("Announcement", exact=True).fill(RTL)
        organizer.get_by_role("button", name="Announce").click()
        expect(line).to_have_text(RTL, timeout=2_000)
        expect(foot).to_have_text(RTL, timeout=2_000)
        flaws = flaws_light_and_dark(phone), flaws_light_and_dark(organizer)

        with site.database.unit_of_work() as session:
            announcements.change(session, LONG[:140], act_by("Ada", site.clock.now))
        expect(line).to_have_text(LONG[:140])
        expect(foot).to_have_text(LONG[:140])
        inside = foot.evaluate("each => each.getBoundingClientRect().bottom <= innerHeight")
        widths = overflow(phone), overflow(wall.page)
        organizer.reload()
        organizer.locator("summary", has_text="Clear").click()
        organizer.get_by_role("button", name="Clear announcement").click()

        expect(line).to_have_count(0)
        expect(foot).to_have_count(0)
        assert (flaws, inside, widths) == (([], []), True, (0, 0))


def test_announcement_is_dismissed_in_one_browser_until_it_says_something_else(
    chromium: Browser, site: RunningApp
) -> None:
    def say(text: str) -> None:
        with site.database.unit_of_work() as session:
            announcements.change(session, text, act_by("Ada", site.clock.now))

    say("Lunch at noon")
    with looking(chromium, PHONE) as phone, looking(chromium, PHONE) as other:
        phone.goto(f"{site.url}/weeks/{SLUG}/shifts")
        other.goto(f"{site.url}/weeks/{SLUG}")
        line = phone.locator(".announcement")
        expect(line).to_be_visible()
        phone.get_by_role("button", name="Dismiss announcement").press("Enter")
        expect(line).to_be_hidden()
        focused = phone.evaluate("() => document.activeElement.id")
        phone.goto(f"{site.url}/weeks/{SLUG}")
        expect(line).to_be_hidden()
        expect(other.locator(".announcement")).to_be_visible()

        phone.goto(f"{site.url}/weeks/{SLUG}/shifts")
        say("Prizes at 17:00")

        expect(line).to_have_text("Prizes at 17:00", timeout=3_000)
        expect(line).to_be_visible()
        assert (focused, flaws_light_and_dark(phone), overflow(phone)) == ("main", [], 0)


def test_announcement_comes_to_who_is_on_a_shift(chromium: Browser, site: RunningApp) -> None:
    shift_id = Shifts(site).make("2022-09-15 06:00")
    with looking(chromium, PHONE) as phone:
        phone.goto(f"{site.url}/weeks/{SLUG}/shifts/{shift_id}")
        expect(phone.locator(".announcement")).to_have_count(0)
        with site.database.unit_of_work() as session:
            announcements.change(session, LONG[:140], act_by("Ada", site.clock.now))

        expect(phone.locator(".announcement")).to_have_text(LONG[:140], timeout=3_000)
        assert (flaws_light_and_dark(phone), overflow(phone)) == ([], 0)
