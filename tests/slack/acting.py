"""Acts of people in the stand-in: they type, press, fill forms in and open Home; each is signed and sent to the app."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.slack.checks import APP
from tests.slack.running import signed
from tests.slack.workspace import TEAM, Workspace

HOME, MESSAGES = "home", "messages"
"""Two places of everyone's own; every other place is a channel's id."""
MOST_ANSWERS = 20
SECONDS = 10.0
SILENT = "/assembly failed because the app did not respond."


@dataclass
class Answer:
    """A message that one person alone sees, in the place where they asked for it."""

    user: str
    place: str
    message: Mapping[str, Any]


@dataclass
class Acting:
    """The people of a workspace at their screens, and the app that hears of what they do."""

    workspace: Workspace
    lock: Any
    origin: str = ""
    hook: str = ""
    secret: str = ""
    by_socket: bool = False
    """The app hears by socket, as its manifest says; without one that is open it hears nothing."""
    answers: list[Answer] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """The mistakes that the app finds in the fields of somebody's form, by block; they try again."""
    _asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    _triggers: dict[str, str] = field(default_factory=dict)

    def type(self, user: str, place: str, text: str) -> None:
        """Type a command: the answer is theirs, or everyone's in that channel."""
        trigger, address = self._ask(user, place)
        fields = {
            "team_id": TEAM, "channel_id": self._channel(user, place), "user_id": user, "user_name": user.lower(),
            "command": "/assembly", "text": text, "api_app_id": APP, "response_url": address, "trigger_id": trigger,
        }  # fmt: skip
        said = self._send("slash_commands", fields)
        self._show(user, place, {"text": SILENT} if said is None else said)

    def press(self, user: str, place: str, pressed: Mapping[str, str]) -> None:
        """Press a button: of Home, of a message (`ts`), or of an answer that only they see."""
        trigger, address = self._ask(user, place)
        container: dict[str, Any] = {"type": "view"} if place == HOME else {"type": "message"}
        if place != HOME:
            container |= {"channel_id": self._channel(user, place), "message_ts": pressed.get("ts") or "0.000000"}
        payload: dict[str, Any] = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": APP,
            "trigger_id": trigger, "container": container,
            "actions": [{name: pressed.get(name, "") for name in ("action_id", "block_id", "value")}],
        }  # fmt: skip
        if place != HOME:
            payload["response_url"] = address
        if self._send("interactive", payload) is None:
            self._show(user, place, {"text": SILENT})

    def submit(self, user: str, view_id: str, typed: Mapping[str, str]) -> None:
        """Send a form; one with mistakes stays, with what the app says at its fields."""
        with self.lock:
            view = self.workspace.views.get(view_id)
        if view is None:
            return
        values: dict[str, dict[str, Any]] = {}
        for block in view.get("blocks", ()):
            if element := block.get("element"):
                text = typed.get(block["block_id"]) or None
                is_choice = element["type"] in {"static_select", "radio_buttons"}
                found = {"selected_option": {"value": text} if text else None} if is_choice else {"value": text}
                values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **found}}
        payload = {
            "type": "view_submission", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": APP,
            "trigger_id": self._ask(user, MESSAGES)[0],
            "view": {
                "id": view_id, "type": "modal", "callback_id": view.get("callback_id", ""),
                "private_metadata": view.get("private_metadata", ""), "state": {"values": values},
            },
        }  # fmt: skip
        said = self._send("interactive", payload) or {}
        with self.lock:
            self.errors = said.get("errors", {}) if said.get("response_action") == "errors" else {}
            if not self.errors:
                self.workspace.views.pop(view_id, None)

    def open_home(self, user: str) -> None:
        """Open the app's Home tab: it is told, and shows it within a moment."""
        event = {"type": "app_home_opened", "user": user, "tab": "home"}
        said = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": f"Ev{secrets.token_hex(6)}",
            "event_time": int(time.time()), "event": event,
        }  # fmt: skip
        self._send("events_api", said)

    def respond(self, path: str, message: dict[str, Any]) -> None:
        """Show what the app sends to a `response_url` to who asked, where they did."""
        if path in self._asked:
            self._show(*self._asked[path], message)

    def view_of(self, user: str) -> Mapping[str, Any] | None:
        """The form that is open before somebody."""
        with self.lock:
            own = [view for trigger, view in self.workspace.opened.items() if self._triggers.get(trigger) == user]
            return next((self.workspace.views[id_] for id_ in reversed(own) if id_ in self.workspace.views), None)

    def messages_in(self, user: str, place: str) -> list[Mapping[str, Any]]:
        """The messages of a place that all of it see, the oldest first."""
        channel = self._channel(user, place)
        return [message for (where, _), message in sorted(self.workspace.messages.items()) if where == channel]

    def answers_in(self, user: str, place: str) -> list[Mapping[str, Any]]:
        """The messages that somebody alone sees in a place, the oldest first."""
        return [each.message for each in self.answers if (each.user, each.place) == (user, place)]

    def _ask(self, user: str, place: str) -> tuple[str, str]:
        """A new trigger, and the address at which the app may answer."""
        trigger, path = f"{secrets.randbelow(10**12)}.1.{secrets.token_hex(8)}", f"/r/{secrets.token_hex(8)}"
        with self.lock:
            self._triggers[trigger], self._asked[path] = user, (user, place)
        return trigger, f"{self.origin}{path}"

    def _channel(self, user: str, place: str) -> str:
        return f"D{user[1:]}" if place in {HOME, MESSAGES} else place

    def _show(self, user: str, place: str, message: Mapping[str, Any]) -> None:
        if not message:
            return
        with self.lock:
            if message.get("response_type") == "in_channel" and place not in {HOME, MESSAGES}:
                self.workspace.keep(place, dict(message))
                return
            here = MESSAGES if place == HOME else place
            self.answers = [*self.answers, Answer(user, here, message)][-MOST_ANSWERS:]

    def _send(self, type_: str, said: dict[str, Any]) -> dict[str, Any] | None:
        """The app's answer, by socket if it is to be told so; None where there is none that Slack would take."""
        if self.by_socket:
            acknowledged = self.workspace.sockets.send(type_, said, answers=type_ != "events_api", seconds=SECONDS)
            return None if acknowledged is None else acknowledged.get("payload", {})
        body, kind = _body(type_, said)
        headers = signed(self.secret, body, datetime.now(UTC), kind)
        try:
            answer = httpx.post(self.hook, content=body, headers=headers, timeout=SECONDS)
            shown = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError):
            return None
        return shown if answer.status_code == 200 and isinstance(shown, dict) else None


def _body(type_: str, said: Mapping[str, Any]) -> tuple[bytes, str]:
    """A call over HTTP: its body, and of which kind that is."""
    if type_ == "events_api":
        return json.dumps(said).encode(), "application/json"
    form = said if type_ == "slash_commands" else {"payload": json.dumps(said)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
