"""An office screen in a test: opens the display, looks at it, and lets its clock run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.web.running_app import RunningApp

EARLY = {"kind": "shift", "occurred_at": "2022-09-14T06:00:00-07:00"}


@dataclass
class Screen:
    """One display in a browser, with a clock that also runs when told to."""

    page: Page

    @property
    def scene(self) -> str:
        """The scene that is on."""
        return str(self.page.evaluate("document.querySelector('.scene[data-on]').id.slice(6)"))

    @property
    def flash(self) -> list[str]:
        """The titles of the newsflash that is up; empty without one."""
        found: list[str] = self.page.eval_on_selector_all(
            "#newsflash[data-on] .news__title", "titles => titles.map((title) => title.textContent)"
        )
        return found

    @property
    def points(self) -> list[str]:
        """Each team's points as they stand in the picture, the first team's first."""
        found: list[str] = self.page.eval_on_selector_all(
            "#scene-board .points__number", "numbers => numbers.map((number) => number.dataset.value)"
        )
        return found

    def says(self, name: str) -> str:
        """The text of the countdown or of the age."""
        return str(self.page.evaluate("name => document.getElementById(name).textContent", name))

    def pass_time(self, seconds: float) -> None:
        """Let the page's clock run."""
        self.page.clock.run_for(round(seconds * 1000))

    def hold_clock(self, seconds: float) -> None:
        """Let so many seconds pass since the page was opened; from then on its clock runs only when told to."""
        self.page.clock.pause_at(self.page.evaluate("Date.now()") / 1000 + 1.5)
        self.pass_time(seconds - self.page.evaluate("performance.now()") / 1000)

    def run_until(self, holds: Callable[[], bool], step: float = 1) -> None:
        """Let the page's clock run by steps of seconds, and the server answer in between, until something holds."""
        for _ in range(400):
            if holds():
                return
            self.pass_time(step)
            self.page.wait_for_timeout(20)
        raise AssertionError("400 steps were in vain")

    def wait(self, condition: str, argument: Any = None, seconds: float = 10) -> None:
        """Wait until a JavaScript condition holds, in real time."""
        self.page.wait_for_function(condition, arg=argument, timeout=seconds * 1000, polling=50)

    def wait_for_points(self, *points: str, seconds: float = 10) -> None:
        """Wait until the teams have these points."""
        self.wait(
            "points => [...document.querySelectorAll('#scene-board .points__number')]"
            ".map((number) => number.dataset.value).join() === points",
            ",".join(points),
            seconds,
        )


@contextmanager
def screen(
    chromium: Browser,
    site: RunningApp,
    *,
    width: int = 1920,
    height: int = 1080,
    script: str = "",
    live: bool = True,
    **options: Any,
) -> Iterator[Screen]:
    """The display on a screen of its own; the page's errors fail the test."""
    context = chromium.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.clock.install()
    page.add_init_script(
        "addEventListener('htmx:sse:after:message', () => { window.messages = (window.messages ?? 0) + 1; });" + script
    )
    try:
        answer = page.goto(f"{site.url}/display")
        assert answer is not None
        assert answer.ok, answer.text()
        shown = Screen(page)
        if live:
            shown.wait("() => window.messages > 0", seconds=30)
        yield shown
        assert failures == []
    finally:
        context.close()
