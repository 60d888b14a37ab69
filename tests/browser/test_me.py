"""One's own pages in a real browser: by keyboard, on a phone, and one's team marked without a flicker."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from app.services import notices
from app.services.access import accounts
from tests.browser.looking import PHONE, ROWS, flaws_light_and_dark, looking, overflow, serious_flaws, texts
from tests.builders import ADA, DUA, GUS, SLUG, act_by, moment
from tests.web.running_app import RunningApp, Visitor, sign_in

BOARD = f"/weeks/{SLUG}"
PAGES = ("/me", "/me/log", "/me/activities", "/me/notices", "/me/calendar", "/me/ready", "/me/settings")
MARKS = "all => all.map(each => getComputedStyle(each, '::after').content)"
SCHEME = "getComputedStyle(document.documentElement).colorScheme"
PAPER = "getComputedStyle(document.body).backgroundColor"
BARS = """[...document.querySelectorAll('meta[name=theme-color]')]
          .filter(each => matchMedia(each.media).matches).map(each => each.content)"""


@contextmanager
def looking_as(chromium: Browser, who: Visitor, size: tuple[int, int] = PHONE, **options: object) -> Iterator[Page]:
    """A page of somebody who signed in."""
    with looking(chromium, size, **options) as page:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": who.site.url} for name, value in who.cookies.items()]
        )
        yield page


def marked(page: Page) -> dict[str, str]:
    """The note beside each team of a board."""
    return dict(zip(texts(page, ROWS), page.eval_on_selector_all(ROWS, MARKS), strict=True))


def choose(site: RunningApp, who: Visitor, theme: str) -> None:
    """Choose an appearance."""
    with site.database.unit_of_work() as session:
        accounts.set_theme(session, accounts.find(session, who.person_id), theme)


def test_no_page_of_mine_keeps_anybody_out_or_is_too_wide(chromium: Browser, site: RunningApp) -> None:
    site.record(note="N" * 200, url="https://example.com/" + "x" * 150)
    site.game.rename(ADA, "W" * 60, "Owls")
    with site.database.unit_of_work() as session:
        act = act_by("W" * 60, site.clock.now)
        notices.nudge(session, site.game.week(), site.game.team_id("Owls"), act)
    flaws, wide = {}, {}
    for who in (sign_in(site, ADA), sign_in(site, GUS)):
        with looking_as(chromium, who) as page:
            for path in PAGES:
                page.goto(f"{site.url}{path}")
                place = who.person_id, path
                flaws[place], wide[place] = flaws_light_and_dark(page), overflow(page)

    assert {place: found for place, found in flaws.items() if found} == {}
    assert {place: pixels for place, pixels in wide.items() if pixels} == {}


def test_something_is_logged_by_keyboard_alone(chromium: Browser, site: RunningApp) -> None:
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(f"{site.url}/me/log")
        page.focus("#kind")
        page.keyboard.type("Iss")
        page.focus("#note")
        page.keyboard.type("Logged without a mouse")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/me/activities/*")

        assert texts(page, "[role=status]") == ["Logged: +5 points for \u2068Owls\u2069"]
        assert serious_flaws(page) == []
    assert site.points() == {"Owls": 5, "Cats": 0}


def test_refused_form_says_so_beside_the_field_without_javascript(chromium: Browser, site: RunningApp) -> None:
    context = chromium.new_context(java_script_enabled=False)
    ada = sign_in(site, ADA)
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in ada.cookies.items()])
    page = context.new_page()
    page.goto(f"{site.url}/me/log")
    page.select_option("#kind", "issue")
    page.fill("#time", "23:00")
    page.fill("#note", "Tonight")
    page.click("text=Log activity")

    described = page.get_attribute("#day", "aria-describedby") or ""

    assert page.get_attribute("#day", "aria-invalid") == "true"
    assert "This is in the future." in page.inner_text(f"#{described}")
    assert page.input_value("#note") == "Tonight"
    context.close()


def test_my_team_is_marked_for_me_and_the_browsers_own_mark_steps_back(chromium: Browser, site: RunningApp) -> None:
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(f"{site.url}{BOARD}")
        page.evaluate("id => localStorage.setItem('my-team', id)", site.game.team_id("Cats"))
        page.reload()

        assert marked(page) == {"Cats": "none", "Owls": '"your team"'}
        page.goto(f"{site.url}{BOARD}/teams/{site.game.team_id('Owls')}")
        assert page.is_hidden("[data-mine]")
        assert page.eval_on_selector(".receipt__team", "each => getComputedStyle(each, '::after').content") == (
            '"your team"'
        )


def test_visitors_keep_the_mark_of_their_browser_and_it_looks_the_same(chromium: Browser, site: RunningApp) -> None:
    def look(page: Page) -> list[str]:
        row = page.locator(f"#team-{site.game.team_id('Owls')}")
        found = "each => [getComputedStyle(each).borderColor, getComputedStyle(each).boxShadow]"
        after = "each => { const it = getComputedStyle(each, '::after'); return [it.content, it.color, it.fontSize]; }"
        return [*row.evaluate(found), *row.locator(".row__name").evaluate(after)]

    with looking(chromium, PHONE) as page:
        page.goto(f"{site.url}{BOARD}/teams/{site.game.team_id('Owls')}")
        page.click("text=Mark as my team")
        page.goto(f"{site.url}{BOARD}")
        own = look(page)
        assert marked(page) == {"Cats": "none", "Owls": '"your team"'}
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(f"{site.url}{BOARD}")

        assert look(page) == own


def test_mark_follows_into_another_team(chromium: Browser, site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    with looking_as(chromium, ada) as page:
        page.goto(f"{site.url}{BOARD}")
        site.game.at(moment("13:30")).team("Hens", ADA)
        page.goto(f"{site.url}{BOARD}")

        assert marked(page) == {"Cats": "none", "Hens": '"your team"', "Owls": "none"}


@pytest.mark.parametrize(("theme", "device"), [("dark", "light"), ("light", "dark")])
def test_chosen_appearance_wins_over_the_devices(chromium: Browser, site: RunningApp, theme: str, device: str) -> None:
    dua = sign_in(site, DUA)
    site.record(person=DUA)
    with looking(chromium, PHONE, color_scheme=theme) as page:
        page.goto(f"{site.url}{BOARD}/summary")
        wanted = [page.evaluate(PAPER), page.evaluate(BARS), _pictures(page)]
    choose(site, dua, theme)
    with looking_as(chromium, dua, color_scheme=device) as page:
        page.goto(f"{site.url}{BOARD}/summary")

        assert page.evaluate(SCHEME) == theme
        assert [page.evaluate(PAPER), page.evaluate(BARS), _pictures(page)] == wanted


def _pictures(page: Page) -> list[str]:
    """The drawing each chart shows."""
    page.wait_for_function("[...document.querySelectorAll('picture img')].every(each => each.complete)")
    found: list[str] = page.eval_on_selector_all("picture img", "all => all.map(each => each.currentSrc)")
    return found
