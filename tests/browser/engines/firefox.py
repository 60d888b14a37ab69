"""Firefox, told what to do over WebDriver BiDi, which it speaks by itself."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from tests.browser.engines.page import WATCH, NotNow, Page
from tests.web.running_app import until

# It would ask its maker for news; and it would show nothing of a page before it has all of it.
PREFERENCES = {"app.normandy.enabled": False, "nglayout.initialpaint.delay": 0, "services.settings.server": "data:,#"}
BETWEEN_PAGES = {"no such frame", "unknown error"}
SECONDS_AN_ANSWER = 30


class Firefox:
    """A running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._calls = 0
        self.call("session.new", capabilities={})

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give one command and return its result; raise NotNow where a page is on its way, else RuntimeError."""
        self._calls += 1
        self._connection.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=SECONDS_AN_ANSWER))
            if answer.get("id") == self._calls:
                break
        if answer["type"] == "error":
            raise (NotNow if answer["error"] in BETWEEN_PAGES else RuntimeError)(f"{method}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result


class FirefoxPage(Page):
    """A window of a reader of its own: windows are seen, where tabs would be hidden behind each other."""

    def __init__(self, firefox: Firefox) -> None:
        super().__init__()
        self._firefox = firefox
        self._enter()

    def _enter(self) -> None:
        self._reader = self._firefox.call("browser.createUserContext")["userContext"]
        created = self._firefox.call("browsingContext.create", type="window", userContext=self._reader)
        self._context = created["context"]
        watch = f"() => {{ {WATCH} }}"
        self._firefox.call("script.addPreloadScript", functionDeclaration=watch, contexts=[self._context])

    def _evaluate(self, function: str, arguments: Sequence[object]) -> Any:
        answer = self._firefox.call(
            "script.callFunction",
            functionDeclaration=f"async (given) => JSON.stringify((await ({function})(...JSON.parse(given))) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise AssertionError(f"{answer['exceptionDetails']['text']} in {function}")
        return json.loads(answer["result"]["value"])

    def _open(self, url: str) -> None:
        self._firefox.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def perform(self, *sources: Mapping[str, object]) -> None:
        """Perform actions."""
        self._firefox.call("input.performActions", context=self._context, actions=sources)

    def resize(self, width: int, height: int) -> None:
        """Give the page another size."""
        size = {"width": width, "height": height}
        self._firefox.call("browsingContext.setViewport", context=self._context, viewport=size)

    def set_cookies(self, url: str, cookies: Mapping[str, str]) -> None:
        """Keep these cookies for a site."""
        partition = {"type": "storageKey", "userContext": self._reader}
        for name, value in cookies.items():
            cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": urlsplit(url).hostname}
            self._firefox.call("storage.setCookie", cookie={**cookie, "httpOnly": True}, partition=partition)

    def picture(self) -> bytes:
        """The page as a PNG."""
        taken = self._firefox.call("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(taken["data"])

    def reset(self) -> None:
        """Become another reader."""
        self._firefox.call("browser.removeUserContext", userContext=self._reader)
        self._enter()


@contextmanager
def running(program: str, folder: Path) -> Iterator[list[Page]]:
    """Two pages of a Firefox whose profile is a new folder."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines))
    address = folder / "WebDriverBiDiServer.json"
    command = [program, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)}
        )
    try:
        until(lambda: process.poll() is not None or (address.exists() and address.read_text().endswith("}")), 60)
        assert process.poll() is None, (folder / "firefox.log").read_text()
        port = json.loads(address.read_text())["ws_port"]
        url = f"ws://127.0.0.1:{port}/session"
        with connect(url, max_size=None, open_timeout=60, compression=None, proxy=None) as connection:
            firefox = Firefox(connection)
            yield [FirefoxPage(firefox), FirefoxPage(firefox)]
    finally:
        process.terminate()
        process.wait(30)
