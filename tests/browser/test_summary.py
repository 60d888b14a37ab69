"""The summary in a real browser: on paper it is two pages in either theme, and every chart is there."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser

from app.services.demo.cast import SLUG
from tests.browser.looking import PHONE, flaws_light_and_dark, looking, overflow
from tests.builders import SLUG as STANDARD
from tests.builders import an_activity
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture
def page_of_the_demo(demo: RunningApp) -> str:
    """The address of the demo's summary, the week played to its end."""
    demo.clock.set("2022-09-17 09:00")
    return f"{demo.url}/weeks/{SLUG}/summary"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_summary_is_two_good_pages_on_paper(
    chromium: Browser, page_of_the_demo: str, theme: Literal["light", "dark"]
) -> None:
    page = chromium.new_page(color_scheme=theme)
    page.goto(page_of_the_demo, wait_until="networkidle")

    sheets = {paper: len(PAGES.findall(page.pdf(format=paper, print_background=True))) for paper in ("A4", "Letter")}

    page.close()
    assert sheets == {"A4": 2, "Letter": 2}


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_summary_draws_every_chart_for_the_screen_it_is_on(
    chromium: Browser, page_of_the_demo: str, width: int, theme: Literal["light", "dark"]
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_of_the_demo, wait_until="networkidle")

    charts = page.eval_on_selector_all(
        "picture img", "found => found.map(each => [each.currentSrc, each.naturalWidth])"
    )
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    page.close()
    size = "narrow" if width == 390 else "wide"
    shown = [("size=narrow" in address, f"theme={theme}" in address, drawn > 0) for address, drawn in charts]
    assert shown == [(size == "narrow", True, True)] * 5
    assert (said, wider) == ([], 0)


def test_summary_of_thirty_teams_is_two_pages_as_well_and_lines_on_a_phone(chromium: Browser, site: RunningApp) -> None:
    for number in range(28):
        site.game.team(f"A team with a rather long name {number}", f"player{number}@example.com")
    site.batch(*(an_activity(person=f"player{number}@example.com") for number in range(28)))
    with looking(chromium, PHONE) as page:
        page.goto(f"{site.url}/weeks/{STANDARD}/summary", wait_until="networkidle")

        sheets = {
            paper: len(PAGES.findall(page.pdf(format=paper, print_background=True))) for paper in ("A4", "Letter")
        }
        line = page.locator(".thank").nth(3)
        tall = int(page.locator(".thanks").evaluate("each => each.clientHeight"))
        is_folded = line.get_by_role("link").is_hidden()
        line.locator("summary").click()

        line.get_by_role("link", name="See receipt").wait_for()
        assert (sheets, is_folded) == ({"A4": 2, "Letter": 2}, True)
        assert tall < 30 * 90
        assert (overflow(page), flaws_light_and_dark(page)) == (0, [])
