"""Fixtures of the browser tests: a Chromium, and a running server whose boards are public."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from app.config import Settings
from app.db.database import Database
from app.services.demo import aftercare, earlier, replay, volume
from tests.builders import Game
from tests.conftest import BROWSER_SECONDS
from tests.sqlite import SQLite
from tests.web.running_app import RunningApp, SettableClock, serving
from tools import vendor

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--enable-precise-memory-info",
]
# The first needs a third less: Debian's Chromium without its windows, which is what playwright itself downloads.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
REQUIRED = "ASSEMBLY_WEEK_REQUIRE_BROWSER"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder more time."""
    path = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(path) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


@pytest.fixture
def engine() -> str:
    """SQLite: what a browser shows does not depend on the engine."""
    return "sqlite"


@pytest.fixture(scope="session")
def running_chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """A Chromium for a test process (named, the system's or playwright's own, or a skip that says so) and its loop."""
    if not all(vendor.is_complete(package, vendor.VENDOR) for package in vendor.PACKAGES):
        _do_without("There is no copy of htmx or of the font for the browser. `make vendor` fetches them with npm.")
    with sync_playwright() as playwright:
        if (path := _find(playwright)) is None:
            _do_without("No Chromium to drive. Install Debian's package chromium, or run `make browser`.")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser, (loop := asyncio.get_running_loop())
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def chromium(running_chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """The process's Chromium, for a file of tests.

    playwright's loop counts as running while its driver lives, and no other test of the process could start one beside
    it: between such files it is marked as resting, by the function that playwright marks it with.
    """
    browser, loop = running_chromium
    asyncio._set_running_loop(loop)
    yield browser
    for context in browser.contexts:
        context.close()
    asyncio._set_running_loop(None)


def _find(playwright: Playwright) -> str | None:
    own = playwright.chromium.executable_path
    found = (os.environ.get("ASSEMBLY_WEEK_BROWSER"), *(shutil.which(name) for name in NAMES))
    return next((path for path in found if path), own if Path(own).exists() else None)


def _do_without(sentence: str) -> None:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{sentence} {REQUIRED} is set, so that counts as a failure.")
    pytest.skip(sentence)


@pytest.fixture
def clock() -> SettableClock:
    """The server's clock: Wednesday of the standard week, 13:00 in its zone."""
    return SettableClock()


@pytest.fixture
def public_settings(settings: Settings) -> Settings:
    """Settings whose boards are public, and whose display changes between two scenes."""
    return settings.changed(board_visibility="public", display_scenes="board:20,totals:8")


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> str:
    """The database's content when the test begins; a server that finds a week has done its daily jobs before."""
    return "tended game" if "game" in request.fixturenames else "empty"


@pytest.fixture
def site(public_settings: Settings, clock: SettableClock, game: Game) -> Iterator[RunningApp]:
    """A running server with the standard week open and the whole cast in its teams."""
    with serving(public_settings, clock) as site:
        assert site.game.slug == game.slug
        yield site


@pytest.fixture
def demo(public_settings: Settings, sqlite: SQLite, clock: SettableClock) -> Iterator[RunningApp]:
    """The demo's weeks, on the evening of the later one."""
    sqlite.set_scene("finished demo", _play_demo)
    clock.set("2022-09-16 18:00")
    with serving(public_settings, clock) as site:
        yield site


def _play_demo(database: Database) -> None:
    with database.unit_of_work() as session:
        earlier.prepare(session)
        volume.prepare(session)
    replay.prepare(database)
    with database.unit_of_work() as session:
        aftercare.prepare(session, earlier.SLUG)
    replay.finish(database)
