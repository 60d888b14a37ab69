"""A page of a browser, with a reader's gestures; how a browser is told of them is its driver's business."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE = 10.0
"""Seconds in which what should come true does; a page is told of a change within two."""

KEYS = {"Enter": "\ue007", "Tab": "\ue004", "ArrowRight": "\ue014", "ArrowLeft": "\ue012"}

# Errors of a page's scripts, and what its policy stopped, survive a change of page in the tab's own storage.
WATCH = """
if (!window.isWatched) {
  window.isWatched = true;
  const kept = () => JSON.parse(sessionStorage.flaws ?? "[]");
  const keep = (flaw) => { sessionStorage.flaws = JSON.stringify([...kept(), flaw]); };
  addEventListener("error", (event) => { if (event.message) keep(event.message); });
  addEventListener("unhandledrejection", (event) => { if (!event.defaultPrevented) keep(String(event.reason)); });
  addEventListener("securitypolicyviolation", (event) => keep(`${event.violatedDirective}: ${event.blockedURI}`));
}
"""
FLAWS = """() => {
  const flaws = JSON.parse(sessionStorage.flaws ?? "[]");
  delete sessionStorage.flaws;
  return flaws;
}"""
# The middle of an element that nothing lies over, in pixels of the window; null as long as there is none.
POINT = """(selector, text) => {
  const found = [...document.querySelectorAll(selector)].find((each) =>
    (text === null || each.textContent.replace(/\\s+/g, " ").trim() === text) && each.getClientRects().length);
  if (!found) return null;
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const box = found.getClientRects()[0];
  const [x, y] = [Math.floor(box.x + box.width / 2), Math.floor(box.y + box.height / 2)];
  return found.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
}"""


class NotNow(Exception):
    """The page cannot answer just now, because another one is coming."""


class Page(ABC):
    """One page: what a script in it says, and what a mouse and a keyboard do to it."""

    def __init__(self) -> None:
        self.flaws: list[str] = []
        """Errors of the page, of which its reader would see nothing."""

    @abstractmethod
    def _evaluate(self, function: str, arguments: Sequence[object]) -> Any:
        """Call a JavaScript function and return its value, or its promise's; raise NotNow between two pages."""

    @abstractmethod
    def _open(self, url: str) -> None:
        """Go to an address and wait until its page is loaded."""

    @abstractmethod
    def perform(self, *sources: Mapping[str, object]) -> None:
        """Perform actions, in the words that WebDriver and WebDriver BiDi share."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the page another size in CSS pixels; where its window cannot be as narrow, it is wider."""

    @abstractmethod
    def set_cookies(self, url: str, cookies: Mapping[str, str]) -> None:
        """Keep these cookies for a site."""

    @abstractmethod
    def picture(self) -> bytes:
        """The page as a PNG."""

    @abstractmethod
    def reset(self) -> None:
        """Leave the site and forget all that it left."""

    def go(self, url: str) -> None:
        """Open an address; what went wrong on the page before is noted."""
        self.note_flaws()
        self._open(url)

    def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a JavaScript function and return its value; a page on its way is waited for."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return self._evaluate(function, arguments)
            except NotNow:
                if time.monotonic() > ends:
                    raise
            time.sleep(0.05)

    def note_flaws(self) -> None:
        """Collect what went wrong so far."""
        if self.evaluate("() => location.protocol").startswith("http"):
            self.flaws += self.evaluate(FLAWS)

    def wait(self, condition: str, *arguments: object, seconds: float = PATIENCE) -> Any:
        """Wait until a JavaScript function returns something true, and return it; else tell what the page says."""
        ends = time.monotonic() + seconds
        while not (found := self.evaluate(condition, *arguments)):
            if time.monotonic() > ends:
                said = self.evaluate("() => `${location.href}\\n${document.body.innerText}`")
                raise AssertionError(f"{seconds} s in vain: {condition} {json.dumps(arguments)}, on\n{said}")
            time.sleep(0.05)
        return found

    def wait_for(self, selector: str, text: str = "", seconds: float = PATIENCE) -> None:
        """Wait until an element is seen that contains a text."""
        self.wait(
            "(selector, text) => [...document.querySelectorAll(selector)]"
            ".some((each) => each.getClientRects().length && each.textContent.replace(/\\s+/g, ' ').includes(text))",
            selector,
            text,
            seconds=seconds,
        )

    def wait_for_path(self, path: str) -> None:
        """Wait until the page of a path is loaded."""
        self.wait("(path) => location.pathname === path && document.readyState === 'complete'", path)

    def texts(self, selector: str) -> list[str]:
        """The texts of elements, in the order of the page."""
        found: list[str] = self.evaluate(
            "(selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent.trim())", selector
        )
        return found

    def click(self, selector: str, text: str | None = None) -> None:
        """Click the first element, of this text where one is given, as soon as nothing lies over it."""
        x, y = self.wait(POINT, selector, text)
        move = {"type": "pointerMove", "x": x, "y": y, "origin": "viewport"}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.perform({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def press(self, key: str) -> None:
        """Press a key by its name."""
        self.write(KEYS[key])

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        strokes = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self.perform({"type": "key", "id": "keyboard", "actions": strokes})

    def choose(self, selector: str, value: str) -> None:
        """Choose one of several: lists open outside of pages, so this is done without a mouse."""
        script = """(selector, value) => {
          const field = document.querySelector(selector);
          field.value = value;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }"""
        self.evaluate(script, selector, value)

    def fill(self, selector: str, text: str) -> None:
        """Type a text into a field, in place of what it holds."""
        self.click(selector)
        self.evaluate("(selector) => document.querySelector(selector).select()", selector)
        self.write(text)
