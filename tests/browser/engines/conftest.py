"""Fixtures of the flows: a browser of each engine with two pages, which a test has to itself."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.browser.engines import firefox, webkit
from tests.browser.engines.page import Page
from tests.browser.looking import LAPTOP

REQUIRED = "ASSEMBLY_WEEK_REQUIRE_BROWSERS"


def _firefox(folder: Path) -> AbstractContextManager[list[Page]]:
    return firefox.running(_program("firefox-esr", "firefox"), folder)


def _webkit(folder: Path) -> AbstractContextManager[list[Page]]:
    return webkit.running(_program("WebKitWebDriver"), _program("Xvfb"), folder)


ENGINES: dict[str, Callable[[Path], AbstractContextManager[list[Page]]]] = {"Firefox": _firefox, "WebKit": _webkit}


def _program(*names: str) -> str:
    """The path of a program; without it a skip that says so, or a failure where it is required."""
    for name in names:
        if path := shutil.which(name):
            return path
    missing = f"There is no {names[0]} (Debian's packages are firefox-esr, webkit2gtk-driver and xvfb)."
    if os.environ.get(REQUIRED):
        pytest.fail(f"{missing} {REQUIRED} is set, so that counts as a failure.")
    pytest.skip(missing)


@pytest.fixture(scope="session", params=ENGINES)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Page]]:
    """A running browser of one engine after the other: its two pages."""
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as pages:
        yield pages


@pytest.fixture
def pages(browser: list[Page]) -> Iterator[list[Page]]:
    """Two readers' pages, fresh; whatever goes wrong in one fails the test."""
    for page in browser:
        page.flaws.clear()
        page.resize(*LAPTOP)
    yield browser
    for page in browser:
        page.note_flaws()
        page.reset()
    assert [page.flaws for page in browser] == [[], []]
