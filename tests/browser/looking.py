"""A reader's browser in a test: opens pages, and fails the test for any error the reader would not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.web.running_app import RunningApp, until

PHONE, LAPTOP, OFFICE, WALL = (390, 844), (1280, 900), (1920, 1080), (3840, 2160)
ROWS = ".row__name"
AXE_OPTIONS = {"resultTypes": ["violations"]}  # nobody reads what passed, and describing it takes half of the time
COLOURS_ONLY = {**AXE_OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# Rules of which no check is serious or critical need not run: nobody is told of what they find. A fifth of the work.
GRAVE_ONLY = """
{
  const { rules, checks } = axe._audit.data, isGrave = (each) => ["serious", "critical"].includes(each?.impact);
  const canBeGrave = ({ id, any, all, none }) =>
    isGrave(rules[id]) || [...any, ...all, ...none].some((check) => isGrave(checks[check.id ?? check]));
  const mild = axe._audit.rules.filter((rule) => !canBeGrave(rule));
  axe.configure({ rules: mild.map(({ id }) => ({ id, enabled: false })) });
}
"""
# Brings transitions to their end, where each would be drawn picture by picture; says whether none is left.
FADED = """() => {
  const isRunning = (each) => each instanceof CSSTransition && each.playState === "running";
  for (let depth = 0; depth < 100; depth++) {  // an end that is inherited begins a transition one element deeper
    const running = document.getAnimations().filter(isRunning);
    if (running.length === 0) return true;
    running.forEach((each) => each.finish());
  }
  return false;
}"""


@contextmanager
def looking(chromium: Browser, size: tuple[int, int] = LAPTOP, **options: Any) -> Iterator[Page]:
    """A page of its own; console errors, page errors and refused files fail the test."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    page = context.new_page()
    failures: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            failures.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: failures.append(str(error)))
    try:
        yield page
        assert failures == [], failures
    finally:
        context.close()


def serious_flaws(page: Page, options: dict[str, Any] = AXE_OPTIONS) -> list[str]:
    """axe-core's serious and critical violations, with the element.

    It is half a megabyte, so a page that has it keeps it; and of what it finds, only the violations travel.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT + GRAVE_ONLY)
    violations = page.evaluate("(options) => axe.run(options).then((found) => found.violations)", options)
    return [
        f"{flaw['id']}: {node['target']}"
        for flaw in violations
        if flaw["impact"] in {"serious", "critical"}
        for node in flaw["nodes"]
    ]


def theme_at(size: tuple[int, int]) -> Literal["dark", "light"]:
    """Dark on a phone and light elsewhere, where a test opens the same pages at two sizes: each is seen in both."""
    return "dark" if size == PHONE else "light"


def flaws_light_and_dark(page: Page) -> list[str]:
    """The same of a page that is open in light colours, and then of what darkness changes about it: its colours."""
    light = serious_flaws(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(FADED, polling=20)
    dark = [f"dark: {flaw}" for flaw in serious_flaws(page, COLOURS_ONLY)]
    page.emulate_media(color_scheme="light")
    page.wait_for_function(FADED, polling=20)
    return light + dark


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window, once it is there."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def texts(page: Page, selector: str) -> list[str]:
    """The texts of elements, in the order of the page."""
    found: list[str] = page.eval_on_selector_all(selector, "all => all.map(each => each.textContent.trim())")
    return found


def cut_off(context: BrowserContext, site: RunningApp) -> None:
    """Take a browser's network away; Chromium leaves streams open that it has, so the server ends everybody's."""
    context.set_offline(True)
    streams = site.app.state.context.streams
    streams.end_all()
    until(lambda: not streams.viewers)
