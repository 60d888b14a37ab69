"""A board whose stream is refused, as when too many are open: it stays, and asks again by itself."""

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.looking import ROWS, texts
from tests.builders import SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser


def test_board_stays_when_its_stream_is_refused_and_follows_once_there_is_room(
    chromium: Browser, site: RunningApp
) -> None:
    page = chromium.new_page()
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503, body="<p>Too many</p>", content_type="text/html")

    page.route("**/live?*", refuse_once)
    page.clock.install()
    with page.expect_event("requestfinished", lambda each: "/live?" in each.url):
        page.goto(f"{site.url}/weeks/{SLUG}")
    page.wait_for_timeout(500)
    stayed = texts(page, ROWS)

    page.clock.fast_forward(11_000)
    site.record()

    page.wait_for_function("() => document.querySelector('.hero__line').textContent === '1 issue'", timeout=5_000)
    page.close()
    assert stayed == ["Cats", "Owls"]
    assert len(refused) == 1
