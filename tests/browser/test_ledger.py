"""The ledger desk in a browser: it fits with hostile names, and two organizers at once get told of each other."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import LAPTOP, PHONE, overflow, serious_flaws, theme_at
from tests.browser.test_organizer_weeks import SMALL, desk
from tests.builders import ADA, BO, CATS, OWLS, SLUG
from tests.web.running_app import RunningApp, sign_in

pytestmark = pytest.mark.browser

BUTTONS = SMALL.replace("label", "label, th")  # the links in a table's rows are as tall as its lines
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
def test_pages_of_the_ledger_fit_and_are_accessible(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    entry = furnish(site)
    flaws: dict[str, object] = {}

    with desk(chromium, site, size, has_touch=size == PHONE, color_scheme=theme_at(size)) as page:
        for path in ("", "?q=nothing", f"/{entry}", "/new", "/reversal?all=on"):
            page.goto(f"{site.url}{LEDGER}{path}")
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            flaws[path] = (overflow(page), serious_flaws(page), page.evaluate(BUTTONS), page.title() == "taken")

    assert flaws == dict.fromkeys(flaws, (0, [], [], False))


@contextmanager
def refused_desk(chromium: Browser, site: RunningApp) -> Iterator[Page]:
    """Another organizer's phone, which may report in its console that something was refused."""
    who = sign_in(site, "olivia@example.com", "organizer")
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True)
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in who.cookies.items()])
    yield context.new_page()
    context.close()


def test_two_organizers_reverse_the_same_copies_and_the_second_is_told(chromium: Browser, site: RunningApp) -> None:
    furnish(site)
    found = f"{site.url}{LEDGER}?by_hand=on&same_link=on"

    with desk(chromium, site) as first, refused_desk(chromium, site) as second:
        for page in (first, second):
            page.goto(found)
            page.get_by_role("checkbox", name="Choose Issue").first.check()
            page.get_by_role("button", name="Reverse chosen").click()
            expect(page.get_by_role("row", name="Owls")).to_contain_text("10 → 5")
            page.get_by_label("Why").fill("A copy")
        first.get_by_role("button", name="Reverse 1 entry").click()
        expect(first.get_by_role("status")).to_have_text("Reversed 1 activity. You can undo it below.")
        assert site.points()[OWLS] == 5

        second.get_by_role("button", name="Reverse 1 entry").tap()
        expect(second.get_by_role("alert")).to_contain_text("each of these is reversed already")

        first.locator(".confirm > summary").filter(has_text="Undo").click()
        first.get_by_role("button", name="Reinstate 1 activity").click()
        expect(first.get_by_role("status")).to_have_text("Reinstated 1 activity.")
    assert (site.points()[OWLS], site.game.verify()) == (10, [])
