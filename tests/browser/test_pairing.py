"""Pairing in browsers: a screen on the wall, an organizer at a desk, and nothing pressed at the screen."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from app.config import Settings
from tests.browser.display import Screen, screen
from tests.browser.looking import LAPTOP, OFFICE, WALL, flaws_light_and_dark, looking, overflow
from tests.web.running_app import RunningApp, SettableClock, Visitor, serving, sign_in, until

pytestmark = pytest.mark.browser


@pytest.fixture
def site(settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A running server whose boards are for members."""
    with serving(settings.changed(display_scenes="board:20,totals:8"), clock) as site:
        site.game.start()
        site.record()
        yield site


@contextmanager
def desk(chromium: Browser, site: RunningApp, **options: bool) -> Iterator[Page]:
    """An organizer's browser, signed in, on the page of the displays."""
    organizer: Visitor = sign_in(site, "olu@example.com", "organizer")
    with looking(chromium, LAPTOP, **options) as page:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": site.url} for name, value in organizer.cookies.items()]
        )
        page.goto(f"{site.url}/organizer/displays")
        yield page


def code_on(page: Page) -> str:
    """The code on a screen."""
    return page.inner_text(".pairing__code")


def enter(page: Page, code: str) -> None:
    """Enter a code at the desk."""
    page.get_by_label("Code on the screen").fill(code.lower())
    page.get_by_label("Name of the screen").fill("Lobby")
    page.get_by_role("button", name="Pair this screen").click()
    page.get_by_text("It turns to the board within seconds.").wait_for()


def test_screen_turns_to_the_board_by_itself_and_back_to_a_fresh_code(chromium: Browser, site: RunningApp) -> None:
    with screen(chromium, site, live=False) as wall, desk(chromium, site) as page:
        code = code_on(wall.page)

        enter(page, code)
        wall.page.wait_for_selector("#scene-board", timeout=8_000)
        wall.wait_for_points("5", "0")
        site.record()
        wall.wait_for_points("10", "0", seconds=4)

        page.reload()
        page.get_by_text("Unpair Lobby").click()
        page.get_by_role("button", name="Unpair screen").click()
        wall.page.wait_for_selector(".pairing__code", timeout=5_000)
        fresh = code_on(wall.page)

        enter(page, fresh)
        wall.page.wait_for_selector("#scene-board", timeout=8_000)

    assert fresh != code


def test_open_screen_takes_up_the_scenes_that_were_chosen(chromium: Browser, site: RunningApp) -> None:
    with screen(chromium, site, live=False) as wall, desk(chromium, site) as page:
        enter(page, code_on(wall.page))
        wall.page.wait_for_selector("#scene-board", timeout=8_000)
        wall.wait_for_points("5", "0")

        page.get_by_label("Show Standings").uncheck()
        page.get_by_role("button", name="Save scenes").click()

        wall.page.wait_for_selector("#scene-board", state="detached", timeout=5_000)
        until(lambda: Screen(wall.page).scene == "totals")


def test_pairing_needs_no_javascript(chromium: Browser, site: RunningApp) -> None:
    with (
        looking(chromium, OFFICE, java_script_enabled=False) as wall,
        desk(chromium, site, java_script_enabled=False) as page,
    ):
        wall.goto(f"{site.url}/display")
        enter(page, code_on(wall))

        wall.get_by_role("button", name="Show the board").click()

        assert wall.inner_text("#scene-board .rank__name >> nth=0") == "Owls"


def test_screen_whose_server_is_gone_says_so_and_goes_on(chromium: Browser, site: RunningApp) -> None:
    with screen(chromium, site, live=False) as wall:
        wall.page.context.set_offline(True)
        wall.wait("() => document.getElementById('state').textContent.startsWith('The server doesn’t answer')")

        wall.page.context.set_offline(False)
        wall.wait("() => document.getElementById('state').textContent === ''")


@pytest.mark.parametrize("size", [OFFICE, WALL, (1080, 1920)])
def test_code_fills_the_screen_and_nothing_else_does(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    with looking(chromium, size) as page:
        page.goto(f"{site.url}/display")

        box = page.locator(".pairing__code").bounding_box()

        assert box is not None
        assert (overflow(page), flaws_light_and_dark(page)) == (0, [])
        assert box["height"] > min(size) / 15
        assert box["x"] + box["width"] <= size[0]
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
