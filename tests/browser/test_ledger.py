"""The ledger desk in a browser: it fits with hostile names, and two organizers at once get told of each other."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import LAPTOP, PHONE, flaws_light_and_dark, overflow
from tests.browser.test_organizer_weeks import SMALL, desk
from tests.builders import ADA, BO, CATS, OWLS, SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

LEDGER = f"/organizer/weeks/{SLUG}/ledger"
SCRIPT = "<script>document.title = 'taken'</script>"
LINK = f"https://example.com/{'w' * 300}"


def furnish(site: RunningApp) -> str:
    """Work by hand with one link twice, somebody with a hostile name, an adjustment; one that is reversed: its id."""
    site.game.rename(BO, "وسام W" + "w" * 50, OWLS)
    for person in (ADA, BO):
        site.record(source="by hand", person=person, url=LINK, note=SCRIPT, occurred_at="2022-09-13T23:00:00-07:00")
    site.game.adjust(CATS, -5)
    entry = site.game.take()
    site.game.reverse(entry.entry)
    return entry.entry.id


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_pages_of_the_ledger_fit_and_are_accessible(
    chromium: Browser, site: RunningApp, size: tuple[int, int], tmp_path: Path
) -> None:
    entry = furnish(site)
    flaws: dict[str, object] = {}

    with desk(chromium, site, size, has_touch=size == PHONE) as page:
        for number, path in enumerate(("", "?q=nothing", f"/{entry}", "/new")):
            page.goto(f"{site.url}{LEDGER}{path}")
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
            flaws[path] = (overflow(page), flaws_light_and_dark(page), page.evaluate(SMALL), page.title() == "taken")

    assert flaws == dict.fromkeys(flaws, (0, [], [], False))
