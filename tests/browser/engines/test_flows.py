"""The flows of a week in Firefox and in WebKit; all else is tried in Chromium alone."""

import json
from collections.abc import Iterator

import pytest

from app.config import Settings
from app.services.operations import secrets
from tests.browser.engines.page import Page
from tests.browser.looking import PHONE
from tests.browser.test_board import BOARD, pages_of
from tests.browser.test_board_updates import READ
from tests.browser.test_ceremony import PRESENT
from tests.browser.test_me import PAGES as OWN
from tests.browser.test_organizer_weeks import PAGES as ORGANIZERS
from tests.browser.test_organizer_weeks import furnish
from tests.builders import ADA, BO, CATS, DUA, OWLS, SLUG, Game
from tests.web.playing_shifts import Shifts
from tests.web.running_app import RunningApp, SettableClock, Visitor, pair, serving, sign_in
from tests.web.test_join import DUCKS, code_for

SHIFTS = f"{BOARD}/shifts"
LIVE = ".live-sign[data-state=live]"


def let_in(page: Page, who: Visitor) -> None:
    """Give somebody's sign-in to a page."""
    page.set_cookies(who.site.url, who.cookies)


POINTS = "() => [...document.querySelectorAll('.row .points__number')].map((each) => Number(each.dataset.value))"


def wait_for_points(page: Page, *points: int) -> None:
    """Wait until the rows of the board have these points, best first."""
    page.wait(f"(points) => JSON.stringify(({POINTS})()) === points", json.dumps(points, separators=(",", ":")))


def assert_agrees(page: Page) -> None:
    """Wait until the open board reads word for word as one loaded afresh."""
    page.wait("() => window.agrees()")


def test_board_moves_as_points_come_and_after_a_restart(
    public_settings: Settings, game: Game, pages: list[Page]
) -> None:
    page = pages[0]
    with serving(public_settings) as site:
        site.record()
        page.go(site.url + BOARD)
        page.evaluate(f"() => {{ {READ} }}")
        page.wait_for(LIVE)
        first = page.texts(".row__name")
        page.evaluate("() => { window.kept = document.querySelector('.row__name a'); kept.focus(); }")
        for _ in range(2):
            site.record(person=DUA)

        wait_for_points(page, 10, 5)
        assert_agrees(page)
        moved = page.texts(".row__name")
        keeps_focus = page.evaluate("() => document.activeElement === window.kept")
        parts = page.evaluate("() => window.parts")
        port = int(site.url.rpartition(":")[2])
    page.wait_for(".live-sign[data-state=lost]")
    with serving(public_settings, port=port) as again:
        for _ in range(2):
            again.game.take(person=ADA)
        wait_for_points(page, 15, 10)
        page.wait_for(LIVE)
        assert_agrees(page)

    assert (first, moved, page.texts(".row__name")) == ([OWLS, CATS], [CATS, OWLS], [OWLS, CATS])
    assert keeps_focus
    assert parts > 0


def test_paused_board_stands_still_and_catches_up(site: RunningApp, pages: list[Page]) -> None:
    page = pages[0]
    page.go(site.url + BOARD)
    page.wait_for(LIVE)
    page.click(".live-sign__button")
    page.wait_for(".live-sign[data-state=paused]")
    site.record()
    page.evaluate("() => new Promise((done) => { setTimeout(done, 1000); })")  # it would know by now
    stays = page.evaluate(POINTS)

    page.click(".live-sign__button")

    wait_for_points(page, 5, 0)
    assert stays == [0, 0]


def test_board_somebody_comes_back_to_is_live(site: RunningApp, pages: list[Page]) -> None:
    site.record()
    page = pages[0]
    page.go(site.url + BOARD)
    page.wait_for(LIVE)
    page.click(".row__name a", OWLS)
    page.wait_for_path(f"{BOARD}/teams/{site.game.team_id(OWLS)}")
    site.record(person=ADA)

    page.evaluate("() => { history.back(); }")

    page.wait_for_path(BOARD)
    wait_for_points(page, 10, 0)
    site.record(person=ADA)
    wait_for_points(page, 15, 0)


def test_seat_is_taken_and_given_back_before_everybodys_eyes(site: RunningApp, pages: list[Page]) -> None:
    shifts = Shifts(site)
    shift_id = shifts.make()
    take = f"#act-{shift_id}[formaction*='/take']"
    ada, bo = pages
    for page, email in ((ada, ADA), (bo, BO)):
        let_in(page, sign_in(site, email))
        page.go(site.url + SHIFTS)
        page.wait_for(LIVE)

    ada.click(take)

    ada.wait_for("[role=status]", "Thu 06:00–08:00")
    bo.wait_for(f"#seats-{shift_id}[data-free='2']", "Ada Lovelace")
    ada.click(".alert--undo button")
    ada.wait_for(take)
    bo.wait_for(f"#seats-{shift_id}[data-free='3']")
    assert ada.evaluate("() => location.pathname") == SHIFTS


def test_who_joins_by_code_logs_something_and_finds_it_in_the_receipt(site: RunningApp, pages: list[Page]) -> None:
    page = pages[0]
    page.go(f"{site.url}/join/{code_for(site)}")
    page.click("main button")
    page.wait("() => document.activeElement.id === 'name'")  # the browser itself asks for what is missing
    page.fill("#name", "Gus Björk")
    page.fill("#email", "gus@example.com")
    page.press("Enter")
    page.wait_for_path("/me")

    page.go(f"{site.url}/me/log")
    page.choose("#kind", "issue")
    page.fill("#url", "ftp://example.com/1")
    page.fill("#note", "Größer 👩‍🚀 & <b>")
    page.click("main form button")
    page.wait_for("#url-error")
    kept = page.evaluate("() => ['kind', 'url', 'note'].map((id) => document.getElementById(id).value)")
    marked = page.evaluate("() => [...document.querySelectorAll('[aria-invalid=true]')].map((each) => each.id)")
    page.fill("#url", "https://example.com/1")
    page.click("main form button")
    page.wait_for("[role=status]")

    page.go(site.url + BOARD)
    page.click(".row__name a", DUCKS)
    page.wait_for_path(f"{BOARD}/teams/{site.game.team_id(DUCKS)}")
    page.wait_for(".receipt__score", "5")
    page.wait_for(".receipt__body", "Gus Björk")
    assert kept == ["issue", "ftp://example.com/1", "Größer 👩‍🚀 & <b>"]
    assert marked == ["url"]


@pytest.fixture
def closed(settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A server whose boards are for members, and whose displays change scenes as quickly as they can."""
    with serving(settings.changed(display_scenes="board:3,totals:3"), clock) as site:
        site.game.start()
        site.record()
        yield site


def enter_code(desk: Page, code: str, site: RunningApp) -> None:
    """Enter the code of a screen at an organizer's desk."""
    let_in(desk, sign_in(site, "olu@example.com", "organizer"))
    desk.go(f"{site.url}/organizer/displays")
    desk.fill("#code", code.lower())
    desk.fill("#name", "Lobby")
    desk.click("form:has(#code) button")


def test_screen_is_paired_changes_scenes_and_shows_new_points(closed: RunningApp, pages: list[Page]) -> None:
    wall, desk = pages
    wall.go(f"{closed.url}/display")
    [code] = wall.texts(".pairing__code")

    enter_code(desk, code, closed)

    wall.wait_for("#scene-board[data-on] .rank__name", OWLS)
    wall.wait_for("#scene-totals[data-on]")
    closed.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00", person=DUA)
    wall.wait_for("#newsflash[data-on]", CATS)
    wall.wait("(team) => document.querySelector('#scene-board .rank__name').textContent.includes(team)", CATS)
    desk.go(f"{closed.url}/organizer/displays")
    desk.click(".list__item details:has(form[action$=revoke]) summary")
    desk.click(".list__item details[open] form[action$=revoke] button")
    wall.wait_for(".pairing__code")


def test_presenters_next_moves_their_stage_and_the_paired_screen(closed: RunningApp, pages: list[Page]) -> None:
    wall, desk = pages
    let_in(wall, pair(closed))
    wall.go(f"{closed.url}/display")
    key = secrets.presenter_key(closed.app.state.context.key, SLUG, closed.clock.now)
    desk.go(f"{closed.url}{PRESENT}?key={key}")
    desk.wait_for(LIVE)

    desk.click(".controls__next")
    for page in (desk, wall):
        page.wait_for("#scene-1-totals")
    desk.press("ArrowRight")
    for page in (desk, wall):
        page.wait_for("[id^=scene-2-]")
    desk.press("ArrowLeft")
    for page in (desk, wall):
        page.wait_for("#scene-1-totals")
    desk.click(".controls__restart")
    desk.wait_for("#scene-0-welcome")

    wall.wait_for("#scene-board")


def test_no_page_is_wider_than_a_phone(site: RunningApp, pages: list[Page]) -> None:
    page = pages[0]
    paths = pages_of(site).values()
    furnish(site)
    let_in(page, sign_in(site, "olu@example.com", "organizer"))
    page.resize(*PHONE)
    wider = {}
    for path in (*paths, SHIFTS, *OWN, *ORGANIZERS):
        page.go(site.url + path)
        page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        wider[path] = page.evaluate(BEYOND)

    assert {path: found for path, found in wider.items() if found} == {}


# What sticks out of the page, or out of the field or the row that it stands in.
BEYOND = """() => {
  const root = document.documentElement;
  const ends = (element) => element.getBoundingClientRect().right;
  const seen = [...document.querySelectorAll("main *")].filter((each) => each.getClientRects().length);
  const wide = root.scrollWidth > root.clientWidth ? seen.filter((each) => ends(each) > root.clientWidth + 1) : [];
  const out = seen.filter((each) => each.matches(".field__input") && ends(each) > ends(each.parentElement) + 1);
  return [...wide, ...out].map((each) => `${each.localName} ${each.className || each.id}`);
}"""
