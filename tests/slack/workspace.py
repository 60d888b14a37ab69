"""The workspace of the stand-in: people, channels and what was said in them, and the methods that change it."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.slack.checks import SCOPES, Refused, check_arguments, check_message, check_view
from tests.slack.sockets import Sockets

OPENS = "apps.connections.open"
TEAM, BOT, BOT_USER = "T1DC2JH3J", "B0ASSEMBLY", "U0ASSEMBLY"
BOT_TOKEN = "xoxb-1234567890-abcdefghijklmnop"
APP_TOKEN = "xapp-1-A0ASSEMBLY-1234567890-abcdef"
CONNECTS = "connections:write"
SCOPES_GRANTED = "commands,chat:write,users:read,users:read.email"


@dataclass
class Token:
    """A bot token: what it may do, and whether it is over; or an app token, whose scope is connections:write."""

    scopes: str = SCOPES_GRANTED
    error: str = ""
    is_org_wide: bool = False


@dataclass
class Workspace:
    """Everything the stand-in remembers."""

    tokens: dict[str, Token] = field(default_factory=lambda: {BOT_TOKEN: Token(), APP_TOKEN: Token(CONNECTS)})
    sockets: Sockets = field(default_factory=Sockets)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    """The reason why a channel takes nothing, by its id; empty for one that does."""
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    responses: list[dict[str, Any]] = field(default_factory=list)
    triggers: set[str] = field(default_factory=set)
    """Triggers that are over, or used."""
    opened: dict[str, str] = field(default_factory=dict)
    """The view that each trigger opened."""
    last: float = 0.0

    def add_user(self, id_: str, email: str = "", **more: Any) -> None:
        """Have somebody join; `more` are fields of `users.info`."""
        profile = {"real_name": more.pop("name", id_), "display_name": "", **({"email": email} if email else {})}
        usual = {"is_bot": False, "deleted": False, "is_restricted": False, "tz": "America/Los_Angeles"}
        self.users[id_] = {"id": id_, "team_id": TEAM, "name": id_.lower(), "profile": profile, **usual, **more}

    def call(self, method: str, token: str, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Do what a call asks for; its answer without `ok`, and the scopes of the token. Raises Refused."""
        known = self.tokens.get(token)
        if known is None:
            raise Refused("invalid_auth" if token else "not_authed")
        if known.error:
            raise Refused(known.error)
        check_arguments(method, {**arguments, **({"app_token": token} if method == OPENS else {})})
        if (method == OPENS) != token.startswith("xapp-"):
            raise Refused("not_allowed_token_type")
        if (needed := SCOPES[method]) and needed not in known.scopes.split(","):
            raise Refused("missing_scope", needed)
        return getattr(self, "_" + method.replace(".", "_").lower())(known, dict(arguments)), known.scopes

    def _auth_test(self, token: Token, _arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://testteamnow.slack.com/", "team": "Test team", "user": "assembly", "team_id": TEAM,
            "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": token.is_org_wide,
        }  # fmt: skip

    def _apps_connections_open(self, _token: Token, _arguments: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.sockets.address()}

    def _chat_postmessage(self, _token: Token, message: dict[str, Any]) -> dict[str, Any]:
        check_message(message, is_post=True)
        channel = self._channel(str(message["channel"]))
        stamp = self.keep(channel, message)
        return {"channel": channel, "ts": stamp, "message": {"text": message["text"], "ts": stamp}}

    def keep(self, channel: str, message: dict[str, Any]) -> str:
        """Keep a message in a channel; its time, which names it there."""
        self.last = max(time.time(), self.last + 0.000002)
        stamp = f"{self.last:.6f}"
        self.messages[channel, stamp] = {**message, "channel": channel, "ts": stamp, "updates": 0}
        return stamp

    def _channel(self, id_: str) -> str:
        """The channel that a message goes to: posts to people lead into a channel of their own."""
        if id_ in self.users:
            if self.users[id_].get("messages_off"):
                raise Refused("messages_tab_disabled")
            return f"D{id_[1:]}"
        if id_.startswith(("U", "W")):
            raise Refused("user_not_found")
        if id_ not in self.channels:
            raise Refused("channel_not_found")
        if reason := self.channels[id_]:
            raise Refused(reason)
        return id_

    def _chat_update(self, _token: Token, message: dict[str, Any]) -> dict[str, Any]:
        if message.get("parse") != "none":
            raise Refused("invalid_arguments", "parse must be none")
        check_message(message)
        place = (str(message["channel"]), str(message["ts"]))
        if place not in self.messages:
            raise Refused("message_not_found")
        kept = self.messages[place]
        self.messages[place] = {**kept, **message, "updates": kept["updates"] + 1}
        return {"channel": place[0], "ts": place[1], "text": message["text"]}

    def _users_info(self, _token: Token, arguments: dict[str, Any]) -> dict[str, Any]:
        if (found := self.users.get(str(arguments["user"]))) is None:
            raise Refused("user_not_found")
        return {"user": found}

    def _users_lookupbyemail(self, _token: Token, arguments: dict[str, Any]) -> dict[str, Any]:
        email = str(arguments["email"]).casefold()
        for user in self.users.values():
            if user["profile"].get("email", "").casefold() == email and not user["deleted"]:
                return {"user": user}
        raise Refused("users_not_found")

    def _views_open(self, _token: Token, arguments: dict[str, Any]) -> dict[str, Any]:
        check_view(arguments["view"])
        trigger = str(arguments.get("trigger_id"))
        if trigger in self.triggers:
            raise Refused("expired_trigger_id")
        self.triggers.add(trigger)
        self.opened[trigger] = id_ = f"V{secrets.token_hex(5).upper()}"
        self.views[id_] = {**arguments["view"], "id": id_}
        return {"view": self.views[id_]}

    def _views_publish(self, _token: Token, arguments: dict[str, Any]) -> dict[str, Any]:
        check_view(arguments["view"])
        if str(arguments["user_id"]) not in self.users:
            raise Refused("user_not_found")
        self.homes[str(arguments["user_id"])] = arguments["view"]
        return {"view": {**arguments["view"], "id": "VHOME"}}

    def respond(self, message: dict[str, Any]) -> None:
        """Take what is sent to a `response_url`. Raises Refused."""
        check_message(message)
        self.responses.append(message)
