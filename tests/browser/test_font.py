"""The pages' own font: every kind of page is set in it, and asks a machine for none of its own."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import looking
from tests.builders import SLUG
from tests.web.running_app import RunningApp

LOADED = "[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family)"


def fonts_used(page: Page, selector: str) -> set[str]:
    """The families that the letters below an element are really drawn in, whatever its style asks for."""
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    used = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {font["familyName"] for font in used if font["glyphCount"]}


@pytest.mark.parametrize(
    ("path", "selector"),
    [(f"/weeks/{SLUG}", "h1"), (f"/weeks/{SLUG}", ".row__name bdi"), ("/display", "#title-board"), ("/sign-in", "h1")],
)
def test_page_is_set_in_its_own_font(chromium: Browser, site: RunningApp, path: str, selector: str) -> None:
    with looking(chromium) as page:
        page.goto(f"{site.url}{path}")
        page.wait_for_selector(selector)
        page.evaluate("document.fonts.ready")

        assert page.evaluate("document.fonts.check('1rem \"Inter Variable\"')")
        assert set(page.evaluate(LOADED)) == {"Inter Variable"}
        assert fonts_used(page, selector) == {"Inter"}  # as the file calls itself
