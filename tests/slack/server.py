"""The stand-in's HTTP: Slack's methods under `/api/`, `response_url`s, orders of a test under `/_/`, and the page."""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.slack import page
from tests.slack.acting import HOME, Acting
from tests.slack.checks import Refused, read_arguments
from tests.slack.workspace import Token, Workspace

FLOOD = 10 * 2**30
UNDER_WAY = "under way"
"""The error that a call is noted with until it is known what becomes of it."""
ACTED = "&acted=1"
"""The end of the address to which an act leads: Home stays open there, and isn't opened anew."""


class Slack:
    """The workspace behind the server, the calls it had, and the trouble that is ordered.

    Trouble is ordered for a method (or `*`) and a number of calls: `delay` (seconds before the answer), `hangs` (until
    it is calm), `error`, `status`, `retry_after` (429), `redirect`, `garbage`, `flood` (10 GiB), `cut` (does it, never
    answers), `die`.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.workspace = Workspace()
        self.acting = Acting(self.workspace, self.lock)
        self.calls: list[dict[str, Any]] = []
        self.trouble: list[dict[str, Any]] = []

    def restart(self) -> None:
        """Forget everything: a workspace as it is at first."""
        self.workspace.sockets.cut()
        self.workspace = Workspace()
        self.acting = Acting(self.workspace, self.lock, self.acting.origin)
        self.calls.clear()
        self.trouble.clear()

    def next_trouble(self, method: str) -> Mapping[str, Any]:
        """The trouble that is ordered for this call."""
        for each in self.trouble:
            if each["method"] in {method, "*"} and each["times"] > 0:
                each["times"] -= 1
                return each
        return {}

    def order(self, verb: str, given: dict[str, Any]) -> Any:
        """Do what a test orders; what it asks for."""
        return self._orders()[verb](given)

    def _orders(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        workspace = self.workspace
        return {
            "trouble": lambda given: self.trouble.append({"times": 1, "method": "*"} | given),
            "calm": lambda _: self.trouble.clear(),
            "restart": lambda _: self.restart(),
            "user": lambda given: workspace.add_user(given.pop("id"), **given),
            "channel": lambda given: workspace.channels.update({given["id"]: given.get("error", "")}),
            "app": lambda given: vars(self.acting).update(given),
            "token": lambda given: workspace.tokens.update({given.pop("token"): Token(**given)}),
            "socket": lambda _: {
                "open": workspace.sockets.count(),
                "opened": workspace.sockets.opened,
                "acknowledged": workspace.sockets.acknowledged(),
            },
            "disconnect": lambda _: workspace.sockets.disconnect(),
            "cut": lambda _: workspace.sockets.cut(),
            "calls": lambda _: self.calls,
            "messages": lambda _: list(workspace.messages.values()),
            "views": lambda _: list(workspace.views.values()),
            "homes": lambda _: workspace.homes,
            "responses": lambda _: workspace.responses,
        }


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    slack: Slack

    def do_GET(self) -> None:
        """The page of a person, who opens Home by coming there; or the part of it that changes."""
        asked = dict(parse_qsl(urlsplit(self.path).query))
        user, place, acting = asked.get("as", ""), asked.get("place", HOME), self.slack.acting
        if (
            not {"part", "acted"} & asked.keys()
            and place == HOME
            and (acting.hook or acting.by_socket)
            and (users := self.slack.workspace.users)
        ):
            acting.open_home(user if user in users else next(iter(users)))
        with self.slack.lock:
            shown = page.shown(acting, user, place, alone="part" in asked)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._raw(shown.encode(), 200, {"Content-Type": "text/html; charset=utf-8"})

    def do_POST(self) -> None:
        """A method, an answer to a `response_url`, an order, or what somebody does on the page."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = urlsplit(self.path).path
        with suppress(BrokenPipeError, ConnectionResetError):
            if path == "/_/envelope":  # waits, and the app may call meanwhile
                self._say(200, {"found": self.slack.workspace.sockets.send(**json.loads(body))})
            elif path.startswith("/_/"):
                with self.slack.lock:
                    self._say(200, {"found": self.slack.order(path[3:], json.loads(body or b"{}"))})
            elif path.startswith("/api/"):
                self._call(path.removeprefix("/api/"), body)
            elif path in {"/type", "/press", "/submit"}:
                self._act(path, body)
            else:
                self._call("response_url", body)

    def _act(self, path: str, body: bytes) -> None:
        """Do what somebody does on their page, and show it again; the app may call meanwhile."""
        query = urlsplit(self.path).query
        asked, typed = dict(parse_qsl(query)), dict(parse_qsl(body.decode()))
        user, place, acting = asked.get("as", ""), asked.get("place", HOME), self.slack.acting
        if path == "/type":
            acting.type(user, place, typed.get("text", "").strip().removeprefix("/assembly").strip())
        elif path == "/press":
            acting.press(user, place, typed)
        elif path == "/submit":
            acting.submit(user, asked.get("view", ""), typed)
        self._raw(b"", 303, {"Location": f"/?{query.removesuffix(ACTED)}{ACTED}"})

    def log_message(self, *_: Any) -> None:
        """Nothing: standard error is for faults."""

    def _call(self, method: str, body: bytes) -> None:
        slack = self.slack
        with slack.lock:
            trouble = slack.next_trouble(method)
            note = {"method": method, "at": time.time(), "body": body.decode(errors="replace"), "error": UNDER_WAY}
            slack.calls.append(note)
        time.sleep(trouble.get("delay", 0))
        while trouble.get("hangs") and trouble in slack.trouble:
            time.sleep(0.02)
        if self._is_troubled(trouble, note):
            return
        with slack.lock:
            said, scopes = self._do(method, body)
            note["error"] = said.get("error", "")
        if trouble.get("cut"):
            self.close_connection = True
            return
        self._say(200, said, {"X-OAuth-Scopes": scopes} if scopes else {})

    def _do(self, method: str, body: bytes) -> tuple[dict[str, Any], str]:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            arguments = read_arguments(self.headers.get("Content-Type", ""), body)
            if method == "response_url":
                self.slack.workspace.respond(arguments)
                self.slack.acting.respond(urlsplit(self.path).path, arguments)
                return {"ok": True}, ""
            found, scopes = self.slack.workspace.call(method, token if scheme == "Bearer" else "", arguments)
        except Refused as refused:
            return {"ok": False, "error": refused.error, "detail": str(refused)}, ""
        return {"ok": True, **found}, scopes

    def _is_troubled(self, trouble: Mapping[str, Any], note: dict[str, Any]) -> bool:
        """Answer wrongly, if that is ordered."""
        if trouble.get("die"):
            os._exit(1)
        if "error" in trouble:
            self._say(200, {"ok": False, "error": trouble["error"]})
        elif "retry_after" in trouble:
            self._say(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(trouble["retry_after"])})
        elif "redirect" in trouble:
            self._say(302, {}, {"Location": trouble["redirect"]})
        elif "status" in trouble:
            self._say(trouble["status"], {})
        elif "garbage" in trouble:
            self._raw(b"<html>not JSON")
        elif "flood" in trouble:
            self._flood()
        else:
            return False
        note["error"] = next(iter(trouble.keys() - {"method", "times", "delay"}))
        return True

    def _flood(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(FLOOD))
        self.end_headers()
        for _ in range(FLOOD // 65_536):
            self.wfile.write(b" " * 65_536)

    def _say(self, status: int, document: Any, headers: Mapping[str, str] | None = None) -> None:
        self._raw(json.dumps(document).encode(), status, {"Content-Type": "application/json", **(headers or {})})

    def _raw(self, content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def serve(port: int, say: Callable[[str], None]) -> None:
    """Say the address, and serve until ended."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    Handler.slack = Slack()
    Handler.slack.acting.origin = f"http://127.0.0.1:{server.server_port}"
    say(f"{Handler.slack.acting.origin}/api/")
    server.serve_forever()
