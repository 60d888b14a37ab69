"""WebKit, as GNOME's browsers use it: its small browser in a virtual screen, told what to do over WebDriver."""

import base64
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.browser.engines.page import WATCH, NotNow, Page
from tests.deploy.proxies import free_port
from tests.web.running_app import until

BETWEEN_PAGES = {"no such window", "no such frame", "stale element reference"}
SCREEN = "1920x1200x24"


class WebKitPage(Page):
    """The one page of a browser of its own: a driver has one browser at a time."""

    def __init__(self, driver: httpx.Client) -> None:
        super().__init__()
        self._driver = driver
        self._session = ""
        session = self._call("POST", "session", capabilities={"alwaysMatch": {}})
        self._session = f"session/{session['sessionId']}/"

    def _call(self, method: str, path: str, **body: object) -> Any:
        answer = self._driver.request(method, f"/{self._session}{path}", json=body if method == "POST" else None)
        value = answer.json()["value"]
        if answer.is_success:
            return value
        said = f"{path}: {value['error']}: {value['message']}"
        raise (NotNow if value["error"] in BETWEEN_PAGES else RuntimeError)(said)

    def _evaluate(self, function: str, arguments: Sequence[object]) -> Any:
        # There is no telling it to watch before a page's scripts begin.
        script = f"{WATCH} return ({function})(...arguments);"
        return self._call("POST", "execute/sync", script=script, args=arguments)

    def _open(self, url: str) -> None:
        self._call("POST", "url", url=url)

    def perform(self, *sources: Mapping[str, object]) -> None:
        """Perform actions."""
        self._call("POST", "actions", actions=sources)

    def resize(self, width: int, height: int) -> None:
        """Give the page another size: the window's, less what is around the page."""
        around = self.evaluate("() => outerHeight - innerHeight")
        self._call("POST", "window/rect", width=width, height=height + around)

    def set_cookies(self, url: str, cookies: Mapping[str, str]) -> None:
        """Keep these cookies for a site, on which one has to be."""
        self._open(f"{url}/sign-in")
        for name, value in cookies.items():
            self._call("POST", "cookie", cookie={"name": name, "value": value, "path": "/", "httpOnly": True})

    def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode(self._call("GET", "screenshot"))

    def reset(self) -> None:
        """Leave the site without its cookies; storage is another one's for each port."""
        self._call("DELETE", "cookie")
        self._open("about:blank")

    def close(self) -> None:
        """End the browser."""
        self._call("DELETE", "")


@contextmanager
def running(program: str, xvfb: str, folder: Path) -> Iterator[list[Page]]:
    """Two browsers side by side in a screen that nobody sees."""
    with ExitStack() as stack:
        environment = {
            **os.environ, "DISPLAY": stack.enter_context(_screen(xvfb)), "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder), "GDK_BACKEND": "x11", "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1",
        }  # fmt: skip
        yield [stack.enter_context(_browser(program, environment, folder / f"{number}.log")) for number in range(2)]


@contextmanager
def _browser(program: str, environment: Mapping[str, str], log: Path) -> Iterator[WebKitPage]:
    port = free_port()
    with (
        _process([program, f"--port={port}"], log, environment) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as driver,
    ):
        until(lambda: process.poll() is not None or _answers(driver), 30)
        assert process.poll() is None, log.read_text()
        page = WebKitPage(driver)
        try:
            yield page
        finally:
            page.close()


@contextmanager
def _screen(xvfb: str) -> Iterator[str]:
    reading, writing = os.pipe()
    command = [xvfb, "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)  # noqa: S603 (our own words)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _process(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)  # noqa: S603 (our own words)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _answers(driver: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return driver.get("/status").is_success
    return False
