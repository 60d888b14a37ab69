"""The page of lists in a browser without JavaScript: columns by hand, preview, import, one step back."""

import os

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import LAPTOP, PHONE, overflow, serious_flaws
from tests.browser.test_organizer_weeks import SMALL, desk
from tests.builders import SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

TABLE = """Gruppe\tPerson\tAdresse
Foxes\tNia Okoro\tMailto:nia@example.com
Foxes\tAda King\tAda <ada@example.com>
Owls\tBo Nguyen\tbo@example.com
"""


@pytest.mark.parametrize(("size", "colours"), [(PHONE, "dark"), (LAPTOP, "light")], ids=["phone", "laptop"])
def test_list_is_imported_and_undone_without_javascript(
    chromium: Browser, site: RunningApp, size: tuple[int, int], colours: str
) -> None:
    with desk(chromium, site, size, java_script_enabled=False, color_scheme=colours) as page:
        page.goto(f"{site.url}/organizer/weeks/{SLUG}/lists?kind=teams")
        page.fill("textarea[name=text]:visible", TABLE)
        page.click("text=Preview")
        _look(page, "columns")
        for number, name in enumerate(("team", "name", "email"), 1):
            page.select_option(f"#column-{number}", name)
        page.click("#columns button")
        _look(page, "preview")
        page.click("text=Import 3 rows")
        _look(page, "imported")
        page.click("summary:has-text('Undo import')")
        page.click(".past form button")
        _look(page, "undone")

        assert (
            "Undone: 1 person moved back, 1 person renamed back, 1 new team removed, 1 new person removed."
            in page.inner_text("main")
        )


def _look(page: Page, name: str) -> None:
    """Nothing is wider than the window or too small to touch; a picture where somebody wants some."""
    if folder := os.environ.get("ASSEMBLY_WEEK_PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/lists-{name}-{width}.png", full_page=True)
    assert (overflow(page), page.evaluate(SMALL)) == (0, [])


def test_page_of_lists_is_accessible(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site) as page:
        page.goto(f"{site.url}/organizer/weeks/{SLUG}/lists?kind=teams")
        page.fill("textarea[name=text]:visible", "team,name,email\nFoxes,Nia,nia@example.com\n")
        page.click("text=Preview")

        assert serious_flaws(page) == []
