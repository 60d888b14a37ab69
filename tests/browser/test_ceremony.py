"""The ceremony on several screens: a keyboard, a phone's buttons and a clicker move them all, and they stay in step."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.operations import secrets
from tests.browser.looking import OFFICE, PHONE, WALL, cut_off, flaws_light_and_dark, looking, overflow
from tests.builders import ADA, BO, DUA, SLUG
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

PRESENT = f"/weeks/{SLUG}/summary/present"
ON_ITS_SIDE = (844, 390)
ACTS = ["welcome", "totals", "trophy", "trophy", "place", "place", "podium", "podium", "winner", "thanks"]


def play(site: RunningApp) -> None:
    """A week of five teams, the last without points, which fills every act of the ceremony."""
    for number, team in enumerate(("Dogs", "Eels", "Foxes")):
        site.game.team(team, f"player{number}@example.com")
    site.record(kind="shift", person=ADA, occurred_at="2022-09-14T06:00:00-07:00")
    site.record(kind="response", person=BO, response_seconds=60)
    site.record(kind="issue", person=DUA)
    site.record(kind="response", person="player0@example.com")
    site.record(kind="issue", person="player1@example.com", occurred_at="2022-09-14T09:01:00-07:00")


def open_stage(page: Page, site: RunningApp, *, presents: bool) -> None:
    """Open the ceremony, and wait until its stream has begun."""
    key = secrets.presenter_key(site.app.state.context.key, SLUG, site.clock.now)
    page.add_init_script(
        "addEventListener('htmx:sse:after:message', () => { window.messages = (window.messages ?? 0) + 1; });"
    )
    page.goto(f"{site.url}{PRESENT}{f'?key={key}' if presents else ''}")
    page.wait_for_function("() => window.messages > 0")


def shows(page: Page, step: int, act: str) -> None:
    """Wait until the page shows a step; a change is promised within two seconds."""
    page.wait_for_selector(f"#scene-{step}-{act}", timeout=2_000)


@contextmanager
def in_the_room(chromium: Browser, site: RunningApp) -> Iterator[tuple[list[Page], Page, Page]]:
    """Two screens that only watch, a presenter with a keyboard, and another with a phone."""
    with ExitStack() as stack:
        pages = [stack.enter_context(looking(chromium, size)) for size in (OFFICE, WALL, OFFICE, PHONE)]
        for number, page in enumerate(pages):
            open_stage(page, site, presents=number > 1)
        yield pages[:2], pages[2], pages[3]


def test_screens_stay_in_step_with_keyboard_clicker_and_phone(chromium: Browser, site: RunningApp) -> None:
    play(site)
    with in_the_room(chromium, site) as (screens, desk, phone):
        moves: list[tuple[Callable[[], None], int, str]] = [
            (lambda: desk.keyboard.press("ArrowRight"), 1, "totals"),
            (lambda: desk.keyboard.press("PageDown"), 2, "trophy"),
            (lambda: phone.click("button:text-is('Next')"), 3, "trophy"),
            (lambda: phone.click("button:text-is('Back')"), 2, "trophy"),
            (lambda: desk.keyboard.press("ArrowLeft"), 1, "totals"),
            (lambda: desk.keyboard.press("Space"), 2, "trophy"),
            (lambda: desk.keyboard.press("Home"), 0, "welcome"),
        ]

        for move, step, act in moves:
            move()
            for page in (*screens, desk, phone):
                shows(page, step, act)


def test_ceremony_tells_the_last_team_thanks_first_and_ends_with_the_podium(
    chromium: Browser, site: RunningApp
) -> None:
    play(site)
    told = {}
    with looking(chromium, OFFICE) as room, looking(chromium, PHONE) as phone:
        open_stage(room, site, presents=False)
        open_stage(phone, site, presents=True)
        for step, act in enumerate(ACTS):
            if step:
                phone.click("button:text-is('Next')")
            shows(room, step, act)
            told[step] = " ".join(room.inner_text(".ceremony__slide").split())
        phone.wait_for_selector(".controls__next:disabled")
        phone.click("button:text-is('Back')")
        phone.wait_for_selector(".controls__next:enabled")

    assert told[4] == "Thank you P Foxes player2 Thanks for taking part"
    assert told[8].startswith("Winner of Q3-2022 AL BN CO Owls")
    assert told[9].startswith("1 shift, 2 responses, 2 issues Thank you, everyone Cats, Dogs, Eels, Foxes")


def test_screen_that_lost_the_network_is_in_step_again_by_itself(chromium: Browser, site: RunningApp) -> None:
    play(site)
    context = chromium.new_context()
    room = context.new_page()
    open_stage(room, site, presents=False)
    cut_off(context, site)
    with looking(chromium, OFFICE) as desk:
        open_stage(desk, site, presents=True)
        desk.keyboard.press("ArrowRight")
        shows(desk, 1, "totals")
        stayed = room.locator("#scene-0-welcome").count()
        expect(room.locator("[data-live]")).to_contain_text("Not live since")

        context.set_offline(False)

        room.wait_for_selector("#scene-1-totals", timeout=5_000)
        expect(room.locator("[data-live]").get_by_text("Live", exact=True)).to_be_visible()
    context.close()
    assert stayed == 1


def test_totals_count_up_before_the_room(chromium: Browser, site: RunningApp) -> None:
    site.batch(*(issue(number) for number in range(40)))
    with looking(chromium, OFFICE) as room, looking(chromium, PHONE) as phone:
        open_stage(room, site, presents=False)
        open_stage(phone, site, presents=True)
        room.evaluate(WATCH_COUNT)
        phone.click("button:text-is('Next')")
        shows(room, 1, "totals")
        room.wait_for_function("() => window.counted.at(-1) === '40'")
        counted = [int(each) for each in room.evaluate("window.counted")]

    assert len(counted) > 3
    assert counted == sorted(counted)


def issue(number: int) -> dict[str, object]:
    return {
        "kind": "issue",
        "person": ADA,
        "occurred_at": "2022-09-14T09:00:00-07:00",
        "source": "github",
        "external_id": str(number),
    }


WATCH_COUNT = """
window.counted = [];
(function look() {
  const text = document.querySelector("[data-count='stage-issue']")?.textContent;
  if (text && text !== window.counted.at(-1) && window.counted.push(text) && window.counted.length === 1
      && text === "40") window.counted = [];
  requestAnimationFrame(look);
})();
"""


def test_no_step_keeps_anybody_out_or_leaves_its_stage(chromium: Browser, site: RunningApp) -> None:
    play(site)
    found: list[object] = []
    with ExitStack() as stack:
        pages = [stack.enter_context(looking(chromium, size)) for size in (OFFICE, PHONE)]
        for page in pages:
            open_stage(page, site, presents=page is pages[1])
        for step, act in enumerate(ACTS):
            if step:
                pages[1].click("button:text-is('Next')")
            for page in pages:
                shows(page, step, act)
                page.wait_for_function("() => document.getAnimations().every((each) => each.playState !== 'running')")
                found += [(step, by) for by in (overflow(page), page.evaluate(CUT_OFF)) if by > 0]
            if act not in ACTS[:step]:
                found += [(step, flaw) for flaw in flaws_light_and_dark(pages[1])]

    assert found == []


CUT_OFF = "(() => { const s = document.querySelector('.ceremony__slide'); return s.scrollHeight - s.clientHeight; })()"


@pytest.mark.parametrize("size", [OFFICE, WALL, PHONE, ON_ITS_SIDE])
@pytest.mark.parametrize("sharing", [2, 3, 7, 30])
def test_every_team_that_shares_a_place_is_on_the_stage(
    chromium: Browser, site: RunningApp, size: tuple[int, int], sharing: int
) -> None:
    for number in range(sharing - 2):
        site.game.team(f"A team with a name, {number}", f"player{number}@example.com")
    people = [ADA, DUA, *(f"player{number}@example.com" for number in range(sharing - 2))]
    site.batch(*({**issue(number), "person": person} for number, person in enumerate(people)))
    with looking(chromium, size) as page:
        open_stage(page, site, presents=True)
        page.keyboard.press("ArrowRight")
        shows(page, 1, "totals")
        page.keyboard.press("ArrowRight")
        shows(page, 2, "winner")

        found = page.locator(".stage__name").count(), page.evaluate(CUT_OFF), overflow(page)

    assert found == (sharing, 0, 0)


BRIGHTEST = """async bytes => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const sheet = new OffscreenCanvas(image.width, image.height);
  const paper = sheet.getContext("2d");
  paper.drawImage(image, 0, 0);
  const found = paper.getImageData(0, 0, image.width, image.height).data;
  const light = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  let most = 0;
  for (let at = 0; at < found.length; at += 4) {
    most = Math.max(most, 0.2126 * light(found[at]) + 0.7152 * light(found[at + 1]) + 0.0722 * light(found[at + 2]));
  }
  return most;
}"""


def test_winners_with_long_names_read_above_the_sun_of_a_dark_stage(chromium: Browser, site: RunningApp) -> None:
    for number in range(6):
        site.game.team(
            f"{number} Maximiliana-Theodora of the support unicorns of the kitchen"[:60], f"p{number}@example.com"
        )
        hour = 8 if number < 3 else 9
        site.record(
            kind="issue", person=f"p{number}@example.com", external_id=str(number),
            occurred_at=f"2022-09-14T0{hour}:00:00-07:00",
        )  # fmt: skip
    with looking(chromium, OFFICE, color_scheme="dark") as page:
        open_stage(page, site, presents=True)
        while page.locator(".stage--winner").count() == 0:
            step = page.locator(".ceremony__slide").get_attribute("id")
            page.keyboard.press("ArrowRight")
            page.wait_for_function("step => document.querySelector('.ceremony__slide').id !== step", arg=step)
        page.wait_for_function("() => document.getAnimations().every((each) => each.playState !== 'running')")
        tie = page.locator(".stage__tie")
        page.evaluate("document.querySelector('.stage__tie').style.color = 'transparent'")
        behind = page.evaluate(BRIGHTEST, list(tie.screenshot()))
        names = page.locator(".stage__name").count()

        assert (names, page.evaluate(CUT_OFF), overflow(page)) == (3, 0, 0)
        assert (0.87 + 0.05) / (behind + 0.05) >= 4.5, "the ink of a dark page does not stand out"


def test_display_turns_to_the_stage_and_back(chromium: Browser, site: RunningApp) -> None:
    play(site)
    with looking(chromium, WALL) as wall, looking(chromium, PHONE) as phone:
        wall.goto(f"{site.url}/display")
        open_stage(phone, site, presents=True)

        phone.click("button:text-is('Next')")
        wall.wait_for_selector("#scene-1-totals", timeout=10_000)
        phone.click("button:text-is('Next')")
        shows(wall, 2, "trophy")
        phone.click("button:text-is('Restart')")

        wall.wait_for_selector("#scene-board[data-on]", timeout=10_000)


def test_steps_of_the_presenter_are_as_wide_as_the_buttons_and_seen_in_forced_colours(
    chromium: Browser, site: RunningApp
) -> None:
    key = secrets.presenter_key(site.app.state.context.key, SLUG, site.clock.now)
    with looking(chromium, OFFICE, forced_colors="active") as page:
        page.goto(f"{site.url}{PRESENT}?key={key}")
        hint, controls = (page.locator(name).last.bounding_box() for name in (".stage__hint", ".controls"))
        edge = page.locator(".stage__progress progress").evaluate("bar => getComputedStyle(bar).borderTopWidth")

    assert hint
    assert controls
    assert (hint["x"], hint["width"], edge) == (controls["x"], controls["width"], "1px")
