"""A board of many teams: compact on a phone, searched by name, and one's own team a tap away."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import PHONE, looking, overflow, serious_flaws
from tests.browser.test_board import open_board, says
from tests.builders import ADA, OWLS, SLUG
from tests.web.running_app import RunningApp, sign_in

HOSTILE = ("عربي فريق الأوائل", "W" * 60, "Support Unicorns 🦄🦄🦄", "👩‍💻 Dev & <Friends>")
TEAMS = 100


@pytest.fixture
def crowd(site: RunningApp) -> RunningApp:
    """The standard week with a hundred teams more, of which the cast's are the last ones."""
    for number in range(TEAMS):
        name = HOSTILE[number] if number < len(HOSTILE) else f"Team {number}"
        site.game.team(name, f"{number}@many.example")
    site.batch(*({**ISSUE, "person": f"{number}@many.example", "external_id": str(number)} for number in range(TEAMS)))
    return site


ISSUE = {"kind": "issue", "occurred_at": "2022-09-14T09:00:00-07:00", "source": "github"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_a_hundred_teams_compact_and_leads_to_ones_own(
    chromium: Browser, crowd: RunningApp, scheme: str
) -> None:
    with looking(chromium, PHONE, color_scheme=scheme) as page:
        cookies = sign_in(crowd, ADA).cookies.items()
        page.context.add_cookies([{"name": name, "value": value, "url": crowd.url} for name, value in cookies])
        open_board(page, crowd)
        own = page.get_by_role("navigation", name="My team").get_by_role("link")
        expect(own).to_have_text("101Owls0 points")
        assert int(page.locator(".rows").evaluate("each => each.clientHeight")) < 9 * PHONE[1]
        assert (overflow(page), serious_flaws(page)) == (0, [])

        page.get_by_role("searchbox").fill("UNICORNS dev")
        expect(page.get_by_role("status").filter(has_text="No matches")).to_be_visible()
        page.get_by_role("searchbox").fill("unicorns")
        crowd.record()
        says(page, f"{TEAMS + 1} issues")
        expect(page.locator(".row:visible")).to_have_count(1)

        own.click()

        expect(page.locator(f"#team-{crowd.game.team_id(OWLS)}")).to_be_in_viewport()
        expect(own).to_be_hidden()
        expect(page.get_by_role("searchbox")).to_have_value("")


SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""
"""The sum of the layout shifts so far, as Web Vitals counts them."""


@pytest.mark.parametrize(("page_", "item"), [("", ".row"), ("/summary", ".thank")])
def test_long_list_is_drawn_where_it_is_seen_and_yet_found_printed_and_led_to(
    chromium: Browser, crowd: RunningApp, page_: str, item: str
) -> None:
    address = f"{crowd.url}/weeks/{SLUG}{page_}"
    with looking(chromium, PHONE) as page:
        page.goto(address)
        last = page.locator(item).last
        drawn = "(element) => element.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"

        assert page.evaluate(SHIFTED) < 0.01
        assert [last.evaluate(drawn), page.locator(item).count()] == [False, TEAMS + 2]
        assert page.evaluate("window.find('Team 57')") is True

        if not page_:
            page.goto(f"{address}#{last.get_attribute('id')}")
            expect(last).to_be_in_viewport()
        last.scroll_into_view_if_needed()
        page.wait_for_function(drawn, arg=last.element_handle())
        page.emulate_media(media="print")
        assert (
            page.locator(item).first.evaluate("(element) => getComputedStyle(element).contentVisibility") == "visible"
        )
