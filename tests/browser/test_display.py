"""The office display in a browser: rotation, newsflashes, lost networks, restarts, and a week in a few seconds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from app.config import Settings
from app.domain import rotation
from app.services import guestbook
from app.services.displays import messages
from app.web import scenes
from tests.browser.display import EARLY, Screen, screen
from tests.browser.looking import flaws_light_and_dark
from tests.builders import BO, CATS, DUA, ELIF, SLUG, act_by, an_activity
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import RunningApp, SettableClock, serving

pytestmark = pytest.mark.browser

HASTY = ",".join(f"{scene.name}:{rotation.SHORTEST}" for scene in scenes.ROTATION)


@pytest.fixture
def wall(chromium: Browser, site: RunningApp) -> Iterator[Screen]:
    """The display of a week in which the Owls have 5 points and the Cats none."""
    site.record()
    with screen(chromium, site) as shown:
        yield shown


def drop_connections(wall: Screen) -> None:
    """Cut what is open, as a network does that comes and goes."""
    wall.page.context.set_offline(True)
    wall.page.context.set_offline(False)


def test_scenes_take_turns_by_the_clock(wall: Screen) -> None:
    seen = []

    for seconds in (18, 24, 33, 53):
        wall.hold_clock(seconds)
        seen.append(wall.scene)

    assert seen == ["board", "totals", "board", "totals"]


def test_update_does_not_disturb_the_scene(wall: Screen, site: RunningApp) -> None:
    wall.hold_clock(24)

    site.record(kind="issue")

    wall.run_until(lambda: wall.points == ["10", "0"], step=0.01)
    assert wall.scene == "totals"
    assert wall.page.locator("#scene-totals .sum__number").nth(2).get_attribute("data-value") == "2"


def test_newsflash_interrupts_and_the_rotation_goes_on_where_it_was(wall: Screen, site: RunningApp) -> None:
    wall.hold_clock(17)
    site.record(**EARLY, person=DUA)
    wall.run_until(lambda: bool(wall.flash), step=0.01)
    told = wall.flash

    wall.pass_time(5)
    during = wall.flash, wall.scene
    wall.pass_time(2)
    after = wall.flash, wall.scene
    wall.pass_time(7)

    assert told == ["In the lead: \u2068Cats\u2069", "6 a.m. shift covered"]
    assert during == (told, "board")
    assert after == ([], "board")
    assert wall.scene == "totals"


def test_newsflashes_keep_a_pause_and_share_the_next_one(wall: Screen, site: RunningApp) -> None:
    wall.hold_clock(10)
    site.record(kind="knowledge_card", person=DUA)
    wall.run_until(lambda: bool(wall.flash), step=0.01)
    site.batch(*(an_activity(kind="knowledge_card", person=BO) for _ in range(2)))
    wall.run_until(lambda: wall.points == ["21", "8"], step=0.01)
    site.batch(*(an_activity(kind="issue", person=BO) for _ in range(9)))
    wall.run_until(lambda: wall.points == ["66", "8"], step=0.01)

    wall.pass_time(8)
    soon = wall.flash
    wall.pass_time(12.6)

    assert soon == []
    assert wall.flash == ["In the lead: \u2068Owls\u2069", "The 10th issue"]


def test_reconnecting_repeats_no_newsflash(wall: Screen, site: RunningApp) -> None:
    site.record(kind="knowledge_card", person=DUA)
    wall.wait("() => document.querySelector('#newsflash[data-on]')")
    wall.pass_time(8)
    before = wall.page.evaluate("window.messages")

    drop_connections(wall)
    wall.wait("before => window.messages > before", before)
    told = []
    for _ in range(25):
        wall.pass_time(1)
        told += wall.flash

    assert told == []


def test_page_that_is_opened_tells_no_old_news(chromium: Browser, site: RunningApp, wall: Screen) -> None:
    site.record(kind="knowledge_card", person=DUA)
    wall.wait("() => document.querySelector('#newsflash[data-on]')")

    with screen(chromium, site) as other:
        other.pass_time(1)

        assert (other.flash, other.page.locator("[data-news]").count()) == ([], 1)


def test_lost_network_leaves_the_picture_with_its_age_and_comes_back(wall: Screen, site: RunningApp) -> None:
    before = wall.says("age")
    wall.page.context.set_offline(True)
    wall.pass_time(15)
    soon = wall.says("age"), wall.points
    wall.pass_time(180)
    later = wall.says("age"), wall.points
    site.record(kind="knowledge_card", person=DUA)

    wall.page.context.set_offline(False)
    wall.wait_for_points("8", "5", seconds=5)

    assert before == ""
    assert soon == ("Not live since 13:00", ["5", "0"])
    assert later == ("Not live since 13:00", ["5", "0"])
    wall.pass_time(1)
    assert (wall.says("age"), wall.flash) == ("", [])


def test_server_restart_is_over_within_five_seconds(
    chromium: Browser, public_settings: Settings, clock: SettableClock
) -> None:
    with serving(public_settings, clock) as first:
        first.game.start()
        context = screen(chromium, first)
        wall = context.__enter__()
        port = int(first.url.rpartition(":")[2])
    wall.pass_time(12)
    age, points = wall.says("age"), wall.points

    with serving(public_settings, clock, port) as second:
        second.record()
        wall.wait_for_points("5", "0", seconds=5)
        context.__exit__(None, None, None)

    assert (age, points) == ("Not live since 13:00", ["0", "0"])


def test_stream_that_is_refused_at_first_is_asked_for_again(chromium: Browser, site: RunningApp) -> None:
    with screen(chromium, site, script="window.fetch = refuseOnce(window.fetch);" + REFUSE_ONCE, live=False) as wall:
        wall.wait("() => window.messages > 0")

        assert wall.page.evaluate("window.refused") == 1


REFUSE_ONCE = """
function refuseOnce(fetch) {
  return (...asked) => {
    if (!String(asked[0]).endsWith("/display/live") || window.refused) return fetch(...asked);
    window.refused = 1;
    return Promise.resolve(new Response("busy", { status: 503 }));
  };
}
"""


def test_stream_that_hangs_is_replaced(chromium: Browser, site: RunningApp) -> None:
    with screen(chromium, site, script="window.fetch = hangOnce(window.fetch);" + HANG_ONCE, live=False) as wall:
        site.record()

        wall.wait_for_points("5", "0", seconds=10)

        assert wall.page.evaluate("window.hung") == 1


HANG_ONCE = """
function hangOnce(fetch) {
  return (...asked) => {
    if (!String(asked[0]).endsWith("/display/live") || window.hung) return fetch(...asked);
    window.hung = 1;
    const headers = { "Content-Type": "text/event-stream" };
    return Promise.resolve(new Response(new ReadableStream({}), { headers }));
  };
}
"""


def test_new_release_is_loaded_once(wall: Screen) -> None:
    loads: list[str] = []
    wall.page.on("load", lambda page: loads.append(page.url))

    def upgraded(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "release": "another"})

    wall.page.route("**/display/pulse", upgraded)
    wall.run_until(lambda: bool(loads))
    for _ in range(4):
        wall.pass_time(4)
        wall.page.wait_for_timeout(100)

    assert len(loads) == 1


def test_closing_the_week_turns_to_the_summary_and_the_next_week_takes_over(wall: Screen, site: RunningApp) -> None:
    before = wall.says("countdown")
    site.game.close()
    wall.wait("() => document.querySelector('.scene[data-on]').id === 'scene-summary'")
    wall.pass_time(100)
    during = wall.scene, wall.says("countdown")

    site.game.open()
    wall.wait("() => document.querySelector('.scene[data-on]').id === 'scene-board'")

    assert before == "2 days 10 h left"
    assert during == ("summary", "")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2022-09-11 11:59:30", "Starts in 12 h"),
        ("2022-09-15 23:59:30", "1 day left"),
        ("2022-09-16 20:29:30", "3 h 30 min left"),
        ("2022-09-16 23:00:30", "59 min left"),
        ("2022-09-17 00:00", "Time’s up. Final points are coming in."),
    ],
)
def test_countdown_follows_the_server_s_clock(wall: Screen, clock: SettableClock, now: str, said: str) -> None:
    clock.set(now)

    wall.run_until(lambda: wall.says("countdown") == said)

    assert wall.says("countdown") == said


def test_silent_source_is_named_when_its_time_has_come(wall: Screen, site: RunningApp, clock: SettableClock) -> None:
    site.batch(*(an_activity(source="zendesk", person=ELIF) for _ in range(5)))
    wall.wait_for_points("25", "5")
    silence = wall.page.locator(".silence")
    before = silence.is_visible()

    clock.set("2022-09-14 16:01")
    wall.run_until(silence.is_visible)

    assert not before
    assert silence.inner_text() == "Nothing from zendesk since Wed 13:00"


def test_screen_is_kept_awake(chromium: Browser, site: RunningApp) -> None:
    script = "navigator.wakeLock.request = (kind) => { window.asked = kind; return Promise.reject(new Error('no')); };"

    with screen(chromium, site, script=script) as wall:
        assert wall.page.evaluate("window.asked") == "screen"


def test_no_scene_and_no_newsflash_keeps_anybody_out(
    chromium: Browser, public_settings: Settings, clock: SettableClock
) -> None:
    with serving(public_settings.changed(display_scenes=HASTY), clock) as site:
        found = []
        with screen(chromium, site, live=False) as wall:
            found += flaws_light_and_dark(wall.page)
        site.game.start()
        play_every_scene(site)
        with screen(chromium, site, reduced_motion="reduce") as wall:
            names = wall.page.eval_on_selector_all(".scene", "all => all.map((scene) => scene.id.slice(6))")
            for name in names:
                run_to(wall, name)
                found += settled_flaws(wall)
            site.record(**EARLY, person=DUA)
            wall.run_until(lambda: bool(wall.flash))
            found += settled_flaws(wall)
            site.game.close()
            wall.wait("() => document.querySelector('.scene[data-on]').id === 'scene-summary'")
            wall.pass_time(10)
            found += settled_flaws(wall)

    assert names == [scene.name for scene in scenes.ROTATION]
    assert found == []


def run_to(wall: Screen, scene: str) -> None:
    """Let the display's clock run until this scene is on."""
    wall.run_until(lambda: wall.scene == scene)


def settled_flaws(wall: Screen) -> list[str]:
    """The violations of accessibility once all has faded in; looked at twice, for what fades between two themes."""
    for _ in range(2):
        wall.wait("() => document.getAnimations().every((each) => each.playState !== 'running')")
        if not (found := flaws_light_and_dark(wall.page)):
            break
    return found


def play_every_scene(site: RunningApp) -> None:
    """Something to say for every scene."""
    site.record(**EARLY)
    for kind in ("response", "issue", "feature_request"):
        site.record(kind=kind)
    plan = Plan(site.game)
    plan.sign_up_team(plan.shift(), CATS)
    with site.database.unit_of_work() as session:
        for email in (BO, DUA, ELIF):
            person_id, act = plan.person(email).id, plan.act_of(email)
            guestbook.write(session, SLUG, person_id, "W" * 200, "", act, is_public=True, may_quote=True)
        fields = messages.MessageFields("thanks", "W" * 80, "m " * 100, "https://week.example.com/me")
        messages.write(session, fields, act_by("Olu", site.clock.now))


@pytest.mark.parametrize("width", [1920, 3840])
@pytest.mark.parametrize("teams", [2, 7, 16, 36])
def test_everything_fits_and_reads_from_five_metres(
    chromium: Browser, site: RunningApp, width: int, teams: int
) -> None:
    for number in range(teams - 2):
        site.game.team(f"A team whose name is rather long, number {number}", f"player{number}@example.com")
    site.record(kind="knowledge_card", person=DUA, occurred_at="2022-09-12T09:00:00-07:00")
    site.record(**EARLY)
    for number in range(min(teams - 2, 4)):  # as many points, so that the row says what parts them, too
        at = f"2022-09-13T09:0{number}:00-07:00"
        site.record(kind="issue", person=f"player{number}@example.com", external_id=str(number), occurred_at=at)

    with screen(chromium, site, width=width, height=width * 9 // 16) as wall:
        moved = wall.page.locator(".rank .movement").count()
        found = [wall.page.evaluate(MEASURE)]
        wall.pass_time(21)
        found.append(wall.page.evaluate(MEASURE))

    assert moved == teams
    assert found == [{"scrolls": False, "outside": [], "small": [], "pointer": "none"}] * 2


def test_longest_names_fit_the_result(chromium: Browser, site: RunningApp) -> None:
    site.game.team("W" * 60, "wide@example.com")
    site.record(**EARLY, person="wide@example.com")
    site.game.close()

    with screen(chromium, site, width=1920, height=1080) as wall:
        found = wall.page.evaluate(MEASURE)
        shown = wall.scene

    assert (shown, found) == ("summary", {"scrolls": False, "outside": [], "small": [], "pointer": "none"})


MEASURE = """() => {
  const frame = document.querySelector(".scenes").getBoundingClientRect(), root = document.documentElement;
  const outside = new Set(), small = new Set();
  for (const element of document.querySelectorAll(".scene[data-on] *, .status-bar *")) {
    const box = element.getBoundingClientRect();
    const isInStrip = element.closest(".status-bar") !== null, bottom = isInStrip ? innerHeight : frame.bottom + 1;
    // Of what is cut by an ellipsis the name’s own box is as long as the name.
    if (!box.width || element.localName === "bdi" || element.closest(".visually-hidden")) continue;
    const rank = element.closest(".rank")?.getBoundingClientRect();
    if (rank && (box.bottom > rank.bottom + 1 || box.top < rank.top - 1)) outside.add(element.className);
    if (box.bottom > bottom || box.right > innerWidth || box.left < 0) outside.add(element.className);
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (hasText && parseFloat(getComputedStyle(element).fontSize) < innerHeight * 0.0219) small.add(element.className);
  }
  return {
    scrolls: root.scrollHeight > innerHeight || root.scrollWidth > innerWidth,
    outside: [...outside], small: [...small], pointer: getComputedStyle(document.body).cursor,
  };
}"""


def test_thousands_of_updates_and_rotations_leave_nothing_behind(
    chromium: Browser, public_settings: Settings, clock: SettableClock
) -> None:
    with serving(public_settings.changed(display_scenes=HASTY), clock) as site:
        site.game.start()
        site.record(**EARLY)
        with screen(chromium, site, script=SOAK) as wall:
            session = wall.page.context.new_cdp_session(wall.page)
            updates = [soak(wall, 300, minutes=1)]
            before = heap(session.send)
            updates += [soak(wall, 1_000, minutes=5), soak(wall, 1_000, minutes=5)]
            after = heap(session.send)

    print(f"2,000 updates and 200 turns: {before} -> {after}")  # noqa: T201 (figures to read with -s)
    assert updates == [300, 1_000, 1_000]
    assert after["usedSize"] - before["usedSize"] < 400_000
    assert after["nodes"] - before["nodes"] < 100
    assert after["jsEventListeners"] == before["jsEventListeners"]


def soak(wall: Screen, updates: int, minutes: int) -> int:
    """Swap this many pictures in, then let minutes pass; says how many pictures came."""
    before = int(wall.page.evaluate("window.messages"))
    wall.page.evaluate("updates => window.feed(updates)", updates)
    wall.wait("total => window.messages >= total", before + updates, seconds=30)
    wall.pass_time(minutes * 60)
    return int(wall.page.evaluate("window.messages")) - before


def heap(send: Callable[[str], dict[str, Any]]) -> dict[str, int]:
    """The page's memory once the garbage is collected: bytes, nodes, listeners."""
    for _ in range(3):
        send("HeapProfiler.collectGarbage")
    counters = send("Memory.getDOMCounters")
    used = send("Runtime.getHeapUsage")["usedSize"]
    return {"usedSize": int(used), **{name: counters[name] for name in ("nodes", "jsEventListeners")}}


# The stream and the pulse are made in the page, so that thousands of pictures come as fast as they can be swapped in.
SOAK = """
const realFetch = window.fetch;
let source = null, serial = 0;
const feedEvent = () => {
  serial += 1;
  const points = 20 + serial % 50;
  const html = window.template
    .replace(/data-mark="[^"]*"/, `data-mark="${serial}"`)
    .replace(/(id="score-[^"]*-)\\d+(".*?data-value=")\\d+/, `$1${points}$2${points}`)
    .replace(/data-news="[^"]*"/g, (id) => `${id.slice(0, -1)}-${serial}"`);
  return html.split("\\n").map((line) => `data: ${line}\\n`).join("") + "\\n";
};
window.feed = (updates) => {
  const encoder = new TextEncoder();
  window.template = window.picture;
  let left = updates;
  source.wake(() => left-- > 0 ? encoder.encode(feedEvent()) : null);
};
window.fetch = async (...asked) => {
  if (String(asked[0]).endsWith("/display/pulse")) {
    const mark = document.getElementById("display").dataset.mark;
    const pulse = { now: "2022-09-14T20:00:00.000+00:00", release: document.body.dataset.release, mark };
    return new Response(JSON.stringify(pulse));
  }
  if (!String(asked[0]).endsWith("/display/live")) return realFetch(...asked);
  window.picture = await (await realFetch("/display", { headers: { "HX-Request": "true" } })).text();
  window.template = window.picture;
  let next = null, wake = null;
  source = { wake(maker) { next = maker; wake?.(); } };
  const stream = new ReadableStream({
    start(controller) { controller.enqueue(new TextEncoder().encode(feedEvent())); },
    async pull(controller) {
      for (;;) {
        const chunk = next?.();
        if (chunk) return controller.enqueue(chunk);
        await new Promise((resolve) => { wake = resolve; });
      }
    },
  }, { highWaterMark: 1 });
  return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
};
"""
