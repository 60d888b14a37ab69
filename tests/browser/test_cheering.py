"""Cheers on the board in a real browser: one tap, the keyboard, no scripts, and what others see of it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.models import LedgerEntry
from tests.browser.looking import OFFICE, PHONE, flaws_light_and_dark, looking, overflow
from tests.browser.test_board import open_board
from tests.browser.test_me import looking_as
from tests.browser.test_taking_shifts import SMALL, quiet
from tests.builders import ADA, BO, DUA, SLUG
from tests.web.running_app import RunningApp, sign_in
from tests.web.test_latest import cheer

pytestmark = pytest.mark.browser

BUTTON = "#standings .cheer__button:visible"
SMALL_HERE = SMALL.replace("main ", "main section:has(.latest) ")
IN_ORDER = "all => all.filter(each => !each.hidden).map(each => each.querySelector('strong').textContent)"


@pytest.fixture
def entry(site: RunningApp) -> LedgerEntry:
    """Something that Dua did, after something of Ada's own."""
    site.game.take(person=ADA, kind="shift")
    return site.game.take(person=DUA).entry


def known(page: Page) -> None:
    """Wait until the page knows what its reader claps for."""
    page.locator("#standings .latest").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('#standings .cheer__button[aria-pressed]')")


def test_cheer_is_one_tap_and_everybody_sees_it(chromium: Browser, site: RunningApp, entry: LedgerEntry) -> None:
    with looking(chromium, OFFICE) as other, looking_as(chromium, sign_in(site, ADA), has_touch=True) as page:
        open_board(other, site)
        open_board(page, site)
        known(page)
        mine = page.locator(BUTTON)

        expect(mine).to_have_count(1)
        expect(mine).to_have_accessible_name("Cheer for Dua Krasniqi: Issue")
        mine.tap()
        expect(mine).to_have_attribute("aria-pressed", "true")
        expect(mine).to_have_accessible_name("Cheer for Dua Krasniqi: Issue 1 cheer")
        expect(other.locator(".cheers:visible")).to_have_text("1 cheer")
        cheer(site, entry, BO)
        expect(mine).to_have_accessible_name("Cheer for Dua Krasniqi: Issue 2 cheers")
        assert (overflow(page), page.evaluate(SMALL_HERE), flaws_light_and_dark(page)) == (0, [], [])
        expect(other.locator(".cheer__button:visible")).to_have_count(0)

        mine.tap()
        expect(mine).to_have_attribute("aria-pressed", "false")
        expect(other.locator(".cheers:visible")).to_have_text("1 cheer")
        page.reload()
        known(page)
        expect(mine).to_have_attribute("aria-pressed", "false")


def test_cheered_line_keeps_its_focus_as_others_move_above_it(
    chromium: Browser, site: RunningApp, entry: LedgerEntry
) -> None:
    with looking_as(chromium, sign_in(site, ADA)) as page:
        open_board(page, site)
        known(page)
        mine = page.locator(f'[data-cheer="{entry.id}"]')
        mine.click()
        page.mouse.move(0, 0)  # what is under the pointer or the keyboard's focus stays where it is
        site.game.take(person=BO, kind="response")

        expect(page.locator("#standings .latest > :first-child strong")).to_have_text("Response")
        assert page.eval_on_selector_all("#standings .latest > *", IN_ORDER) == ["Response", "Issue", "Shift"]
        expect(mine).to_be_focused()
        expect(mine).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Space")
        expect(mine).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("Enter")
        expect(mine).to_have_attribute("aria-pressed", "true")
        expect(mine).to_be_focused()


def test_refused_cheer_says_why(chromium: Browser, site: RunningApp, entry: LedgerEntry) -> None:
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.context.route("**/live**", lambda route: route.fulfill(status=204))  # it hears nothing of the freeze
        page.goto(f"{site.url}/weeks/{SLUG}")
        known(page)
        site.game.freeze()
        with page.expect_response("**/cheer") as answer:
            page.locator(f'[data-cheer="{entry.id}"]').click()

        assert answer.value.status == 409
        expect(page.locator(".latest__said")).to_have_text("Q3-2022 is frozen. You can’t cheer while it is.")
        expect(page.locator(f'[data-cheer="{entry.id}"]')).to_have_attribute("aria-pressed", "false")


def test_cheer_of_who_was_signed_out_leads_to_the_sign_in(
    chromium: Browser, site: RunningApp, entry: LedgerEntry
) -> None:
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.goto(f"{site.url}/weeks/{SLUG}")
        known(page)
        context.clear_cookies()
        with page.expect_response("**/cheer") as answer:
            page.locator(f'[data-cheer="{entry.id}"]').click()

        assert answer.value.status == 401
        expect(page.locator(".latest__said").get_by_role("link")).to_have_attribute("href", re.compile("/sign-in"))


def test_cheer_works_without_scripts(chromium: Browser, site: RunningApp, entry: LedgerEntry) -> None:
    with looking_as(chromium, sign_in(site, ADA), PHONE, java_script_enabled=False) as page:
        page.goto(f"{site.url}/weeks/{SLUG}")
        page.locator(f'[data-cheer="{entry.id}"]').click()
        page.locator(f"#cheer-{entry.id}").click()

        expect(page.get_by_role("status")).to_have_text("Cheer added.")
        expect(page.locator(f"#cheer-{entry.id}")).to_have_attribute("aria-pressed", "true")


def test_longer_list_cheers_in_place(chromium: Browser, site: RunningApp, entry: LedgerEntry) -> None:
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/latest")
        mine = page.locator(f"#cheer-{entry.id}")
        mine.focus()
        page.keyboard.press("Enter")

        expect(mine).to_have_attribute("aria-pressed", "true")
        expect(mine).to_be_focused()
        assert (overflow(page), page.evaluate(SMALL), flaws_light_and_dark(page)) == (0, [], [])
        page.keyboard.press("Enter")
        expect(mine).to_have_attribute("aria-pressed", "false")
        assert page.url == f"{site.url}/weeks/{SLUG}/latest"
