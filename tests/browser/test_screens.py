"""Screens and remotes in browsers: two organizers at once, a pause, a message, quiet hours, upright screens."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.displays import messages
from app.services.displays.messages import MessageFields
from app.web import scenes
from tests.browser.display import screen
from tests.browser.looking import PHONE, looking, serious_flaws
from tests.builders import act_by
from tests.web.running_app import RunningApp, Visitor, sign_in
from tests.web.test_display import play

pytestmark = pytest.mark.browser

REMOTE = "/organizer/displays/remote"
ALL_SCENES = {scene.name for scene in scenes.ROTATION}


def open_as(page: Page, organizer: Visitor, path: str) -> None:
    """Open a page as an organizer who signed in."""
    site = organizer.site
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in organizer.cookies.items()]
    )
    page.goto(site.url + path)


def test_two_remotes_and_a_screen_agree(chromium: Browser, site: RunningApp) -> None:
    site.record()
    one, two = sign_in(site, "olu@example.com", "organizer"), sign_in(site, "ana@example.com", "organizer")
    with (
        looking(chromium, PHONE) as first,
        looking(chromium) as second,
        screen(chromium, site) as wall,
    ):
        open_as(first, one, REMOTE)
        open_as(second, two, REMOTE)

        first.get_by_role("button", name="All of us, so far").click()
        wall.wait("() => document.querySelector('#scene-totals[data-on]')", seconds=3)
        first.get_by_role("button", name="Pause").click()
        second.get_by_text("Paused").wait_for(timeout=6_000)
        wall.wait("() => document.getElementById('display').matches('[data-paused]')", seconds=3)
        wall.pass_time(60)
        held = wall.scene
        second.get_by_role("button", name="Resume").click()
        first.get_by_text("Scenes take turns").wait_for(timeout=6_000)
        wall.wait("() => !document.getElementById('display').matches('[data-paused]')", seconds=3)
        wall.run_until(lambda: wall.scene == "board")

        assert held == "totals"
        assert serious_flaws(first) == []


def test_remote_without_a_network_says_so_until_it_is_back(chromium: Browser, site: RunningApp) -> None:
    context = chromium.new_context()
    try:
        page = context.new_page()
        open_as(page, sign_in(site, "olu@example.com", "organizer"), REMOTE)
        context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text("Not live since")
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("alert")).to_have_text("Not sent. Check your connection and try again.")
        context.set_offline(False)
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.locator("#remote-state")).to_contain_text("Scenes take turns.")
    finally:
        context.close()


def test_screen_that_restarts_stays_on_what_it_was_paused_on(chromium: Browser, site: RunningApp) -> None:
    site.record()
    organizer = sign_in(site, "olu@example.com", "organizer")
    organizer.post(REMOTE, do="show", scene="totals")
    organizer.post(REMOTE, do="pause")
    organizer.post(REMOTE, do="mute")

    with screen(chromium, site) as wall:
        at_first = wall.scene
        site.record(kind="knowledge_card", person="dua@example.com")
        wall.wait_for_points("8", "5")
        wall.pass_time(30)

        assert (at_first, wall.scene, wall.flash) == ("totals", "totals", [])


def test_message_is_shown_at_once_and_quiet_hours_make_dark(chromium: Browser, site: RunningApp) -> None:
    site.record()
    organizer = sign_in(site, "olu@example.com", "organizer")
    with looking(chromium, PHONE) as phone, screen(chromium, site) as wall:
        open_as(phone, organizer, "/organizer/displays/messages")
        phone.get_by_label("Title").first.fill("Happy birthday, Ada!")
        phone.get_by_role("button", name="Put on the screens").click()
        phone.get_by_role("link", name="remote").last.click()
        phone.get_by_role("button", name="Happy birthday, Ada!").click()
        wall.wait("() => document.querySelector('#scene-message[data-on]')", seconds=3)
        now = site.clock.now
        organizer.post(
            "/organizer/displays/all/look", rest="hours", begins=f"{now:%H:00}", ends=f"{now:%H:59}", zone="UTC"
        )
        wall.run_until(lambda: bool(wall.page.evaluate("document.body.matches('[data-night]')")))
        organizer.post("/organizer/displays/all/look")
        wall.run_until(lambda: not wall.page.evaluate("document.body.matches('[data-night]')"))


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_scenes_fit_screens_of_either_way_and_size(
    chromium: Browser, site: RunningApp, width: int, height: int, size: str
) -> None:
    play(site)
    organizer = sign_in(site, "olu@example.com", "organizer")
    shown = {f"on-{name}": "yes" for name in ALL_SCENES}
    places = {f"place-{name}": "1" for name in ALL_SCENES} | {f"seconds-{name}": "10" for name in ALL_SCENES}
    organizer.post("/organizer/displays/rotation", **shown, **places)
    organizer.post("/organizer/displays/all/look", size=size)
    with site.database.unit_of_work() as session:
        fields = MessageFields("thanks", "W" * 80, "m " * 100, "https://week.example.com/me")
        messages.write(session, fields, act_by("Olu", site.clock.now))

    with screen(chromium, site, width=width, height=height) as wall:
        outside = wall.page.evaluate(
            """() => [...document.querySelectorAll(".scene")].flatMap((scene) =>
                [...scene.querySelectorAll("h1, h2, p, dt, dd, svg.qr, figcaption")].filter((each) => {
                    const box = each.getBoundingClientRect();
                    return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1);
                }).map((each) => `${scene.id}: ${each.className}`))"""
        )
        small = wall.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")

        assert outside == []
        assert small >= (21 if size == "normal" else 25)


@pytest.mark.parametrize("teams", [14, 24])
def test_upright_screen_shows_all_of_rows_with_a_tie_break(chromium: Browser, site: RunningApp, teams: int) -> None:
    for number in range(teams):
        site.game.team(f"Team {number}", f"p{number}@example.com")
        site.record(person=f"p{number}@example.com", occurred_at=f"2022-09-14T0{number % 3}:00:00-07:00")
    with screen(chromium, site, width=1080, height=1920) as wall:
        cut = wall.page.eval_on_selector_all(
            "#scene-board .rank",
            "all => all.filter((each) => each.scrollHeight > each.clientHeight + 4).map((each) => each.textContent)",
        )
        edges = wall.page.eval_on_selector_all(
            "#scene-board .rank, .status-bar",
            "all => all.map((each) => each.getBoundingClientRect()).flatMap((box) => [box.top, box.bottom])",
        )

        assert wall.page.locator("#scene-board .rank__tie").count() > 8
        assert cut == []
        assert edges == sorted(edges), "rows stand on each other"


def test_long_title_of_a_message_makes_a_wide_button_not_a_tall_one(chromium: Browser, site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        messages.write(session, MessageFields("thanks", "W" * 80, "", "", None), act_by("Olu", site.clock.now))
    with looking(chromium, PHONE) as page:
        open_as(page, sign_in(site, "olu@example.com", "organizer"), REMOTE)
        heights = page.eval_on_selector_all(".remote__scene", "all => all.map((each) => each.offsetHeight)")

    assert max(heights) < 3 * min(heights)
