"""After any sequence of changes and interruptions, an open board reads word for word as one loaded afresh."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import col, select

from app.config import Settings
from app.domain import actor
from app.domain.actor import Act
from app.errors import Problem
from app.live.timing import USUAL
from app.models import LedgerEntry, Person
from app.services import cheers
from tests.browser.looking import cut_off, looking
from tests.browser.test_board import BOARD, open_board, says
from tests.builders import DUA, NAMES, Game
from tests.services.standings.test_verification import History
from tests.web.running_app import RunningApp, SettableClock, serving

QUICK = replace(USUAL, shortest_gap=0.01, quiet_gap=0.005, retry_first=0.05)
NAMES_OF_TEAMS = ("Ünicorns", "unicorns", "🦊 Foxes", "Ants", "Ästers", "Zebras", "Eel & <Elk>", "ẞharks", "Sharks")
# What a reader can see or hear of: elements, attributes and words; not what scripts keep for themselves.
READ = """
window.read = (root) => {
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\\s+/g, " ").trim() || null;
    if (node.nodeType !== Node.ELEMENT_NODE) return null;
    const attributes = [...node.attributes].filter((each) => !/^(data-htmx|hx-)/.test(each.name))
      .map((each) => `${each.name}=${each.value.replace(/ ?is-live/, "")}`).sort();
    return [node.localName, attributes, ...[...node.childNodes].map(walk).filter((each) => each !== null)];
  };
  return JSON.stringify(walk(root.querySelector("#standings")));
};
window.afresh = async () => {
  const page = await (await fetch(location.href, { cache: "reload" })).text();
  return window.read(new DOMParser().parseFromString(page, "text/html"));
};
window.agrees = async () => window.read(document) === await window.afresh();
window.parts = window.wholes = 0;
addEventListener("htmx:sse:before:message", (event) => {
  event.detail.message.data.startsWith("<hx-partial") ? window.parts++ : window.wholes++;
});
"""


class Life(History):
    """Random changes of a week with many teams, and a page that follows its board all the while."""

    def __init__(self, site: RunningApp, page: Page, seed: int) -> None:
        super().__init__(site.game, seed)
        self.site, self.page, self.fans = site, page, random.Random(seed)  # noqa: S311 (a history, not a secret)

    def live(self, interruptions: tuple[Callable[[], None], ...] = ()) -> None:
        """Let something happen, or be refused; once in a while the page is interrupted meanwhile."""
        self.game = replace(self.game, now=self.site.clock.now)
        rare = (self._make_team, self._rename, self._wake_up, *interruptions)
        deeds = (self._work, self._level, self._reverse, self._reinstate, self.step, self.chance.choice(rare))
        with suppress(Problem):
            self.chance.choices(deeds, (4, 4, 1, 1, 2, 3))[0]()
        if self.fans.random() < 0.3:
            with suppress(Problem):
                self._cheer()
        self.site.clock.set(self.game.now)

    def record(self, versions: int) -> None:
        """Record one activity after the other, each of which makes a version that somebody else looks at."""
        for number in range(versions):
            self.game.take(person=list(NAMES)[number % 6])
            self.site.get(BOARD)

    def sleep(self, work: Callable[[], None] | None = None) -> None:
        """Hide the tab while something happens."""
        hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });" \
            " document.dispatchEvent(new Event('visibilitychange')); }"  # fmt: skip
        self.page.evaluate(hide, True)
        (work or self._some_work)()
        self.page.evaluate(hide, False)

    def lose_the_network(self) -> None:
        """Cut the connection while something happens."""
        cut_off(self.page.context, self.site)
        self._some_work()
        self.page.context.set_offline(False)

    def _some_work(self) -> None:
        with suppress(Problem):
            for _ in range(self.chance.randrange(3)):
                self._work()

    def _work(self) -> None:
        self.game.take(**{**self._activity(), "external_id": None})

    def _level(self) -> None:
        """Points that make teams level with each other again and again."""
        teams = [standing["team"] for standing in self.site.board()["standings"]]
        self.game.adjust(self.chance.choice(teams), self.chance.choice((-5, 5, 5, 10, 30)))

    def _cheer(self) -> None:
        """Clap for something that the board may list, or take that back."""
        with self.game.database.unit_of_work() as session:
            newest = select(LedgerEntry.id).order_by(col(LedgerEntry.seq).desc()).limit(12)
            chosen = self.fans.choice(session.exec(newest).all() or ["0" * 16])
            person = self.fans.choice(session.exec(select(Person).order_by(col(Person.email))).all())
            act = Act(actor.person(person.name, person.id, "player"), self.game.now)
            change = self.fans.choice((cheers.cheer, cheers.cheer, cheers.take_back))
            change(session, self.game.slug, chosen, person.id, act)

    def _make_team(self) -> None:
        name = self.chance.choice((*NAMES_OF_TEAMS, f"New {self.chance.randrange(9)}"))
        self.game.team(name, f"{self.chance.randrange(9)}@example.com")

    def _rename(self) -> None:
        standings = self.site.board()["standings"]
        team = next((standing["team"] for standing in standings if NAMES[DUA] in standing["members"]), None)
        if team is not None:
            self.game.rename(DUA, NAMES[DUA], team)

    def _wake_up(self) -> None:
        self.game = self.game.at(self.game.now + timedelta(days=self.chance.randrange(2)))


@contextmanager
def looking_on(chromium: Browser) -> Iterator[Page]:
    """A reader whom nothing moves: numbers have their new value at once."""
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(READ)
    yield page
    context.close()


@contextmanager
def watching(chromium: Browser, site: RunningApp) -> Iterator[Page]:
    """A reader of the board."""
    with looking_on(chromium) as page:
        open_board(page, site)
        yield page


def assert_agrees(page: Page) -> None:
    """Wait until the page reads as one loaded afresh, and show what is different where it does not."""
    for _ in range(100):
        if page.evaluate("window.agrees()"):
            return
        page.wait_for_timeout(20)
    assert json.loads(page.evaluate("window.read(document)")) == json.loads(page.evaluate("window.afresh()"))


def sent(page: Page) -> dict[str, Any]:
    """The number of messages with parts, and with everything."""
    found: dict[str, Any] = page.evaluate("({ parts: window.parts, wholes: window.wholes })")
    return found


@pytest.fixture
def site(public_settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A server in a hurry, with eleven teams."""
    with serving(public_settings, clock, timing=QUICK) as site:
        game = site.game.start()
        for name in NAMES_OF_TEAMS:
            game.team(name, f"{name.casefold().encode().hex()}@example.com")
        yield site


@pytest.mark.parametrize("seed", range(3))
def test_open_board_reads_as_one_loaded_afresh_whatever_happens(chromium: Browser, site: RunningApp, seed: int) -> None:
    with watching(chromium, site) as page:
        life = Life(site, page, seed)
        for _ in range(60):
            life.live((life.sleep, life.lose_the_network))
            assert_agrees(page)

        assert sent(page)["parts"] > 10


def test_page_left_alone_for_three_hundred_versions_is_sent_everything(chromium: Browser, site: RunningApp) -> None:
    with watching(chromium, site) as page:
        life = Life(site, page, 0)
        life.record(2)
        assert_agrees(page)
        before = sent(page)

        life.sleep(lambda: life.record(300))

        assert_agrees(page)
        assert sent(page) == {**before, "wholes": before["wholes"] + 1}


def test_page_that_slept_through_a_few_versions_is_sent_what_changed(chromium: Browser, site: RunningApp) -> None:
    with watching(chromium, site) as page:
        life = Life(site, page, 0)
        life.record(2)
        assert_agrees(page)
        before = sent(page)

        life.sleep(lambda: life.record(20))

        assert_agrees(page)
        assert sent(page) == {**before, "parts": before["parts"] + 1}


def test_open_board_reads_as_one_loaded_afresh_after_a_restart(
    chromium: Browser, public_settings: Settings, game: Game
) -> None:
    with looking_on(chromium) as page:
        with serving(public_settings, timing=QUICK) as site:
            open_board(page, site)
            site.record()
            assert_agrees(page)
            port = int(site.url.rsplit(":", 1)[1])
        with serving(public_settings, port=port, timing=QUICK) as again:
            for _ in range(3):
                again.game.take(person=DUA)

            assert_agrees(page)


def test_open_board_of_many_teams_takes_its_updates_without_pictures_of_every_row(
    chromium: Browser, site: RunningApp
) -> None:
    for number in range(40):
        site.game.team(f"Team {number}", f"{number}@many.example")
    with looking(chromium) as page:
        page.add_init_script(READ)
        open_board(page, site)
        Life(site, page, 0).record(3)

        assert_agrees(page)
        names = page.eval_on_selector_all(".row", "rows => rows.map(row => getComputedStyle(row).viewTransitionName)")
        assert set(names) == {"none"}


# As if each movement took a second, whatever the machine.
SLOW_TRANSITIONS = """
document.startViewTransition = (update) => {
  const pause = new Promise((resolve) => { setTimeout(resolve, 1000); });
  return { finished: Promise.all([update(), pause]) };
};
"""


def test_page_that_moves_slower_than_changes_come_skips_movements(chromium: Browser, site: RunningApp) -> None:
    with looking(chromium) as page:
        page.add_init_script(SLOW_TRANSITIONS)
        open_board(page, site)

        Life(site, page, seed=0).record(12)

        says(page, "12 issues")  # within five seconds, not twelve
