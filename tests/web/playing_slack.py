"""A workspace of Slack as a server hears of it: what is typed, pressed and filled in there, signed."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlmodel import col, select

from app.models import SlackCall
from app.services.intake import authors, connections
from app.services.slack import workspaces
from app.services.slack.workspaces import Tried
from tests.builders import ADA, act_by
from tests.slack.checks import check_message
from tests.slack.running import signed
from tests.web.running_app import API, RunningApp, until

PUBLIC = "https://week.example.com"
HOOK, SECRET = "/hooks/slack", "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-123456789-987654321"


def connect(site: RunningApp) -> "Slack":
    """A workspace that is connected, in which Ada is U1."""
    key = site.app.state.context.key
    with site.database.unit_of_work() as session:
        connections.connect(session, key, "slack", site.game.act, secret=SECRET)
        authors.name(session, "slack", "U1", ADA, act_by("Olu", site.clock.now))
    return Slack(site)


class Slack:
    """A workspace, and what it sends here, signed."""

    def __init__(self, site: RunningApp) -> None:
        self.site, self.triggers = site, 0

    def request(self, body: bytes, kind: str = "application/x-www-form-urlencoded", secret: str = SECRET) -> Any:
        """The arguments of a call."""
        return {"headers": signed(secret, body, self.site.clock.now, kind), "content": body}

    def send(self, **fields: str) -> httpx.Response:
        """Send a form as Slack does."""
        return self.site.post(HOOK, **self.request(urlencode(fields).encode()))

    def type(self, text: str, user: str = "U1", trigger: str = "", secret: str = SECRET, **more: str) -> httpx.Response:
        """Type a command; without a trigger, a new one."""
        fields = {"command": "/assembly", "team_id": "T1", "user_id": user, "text": text}
        body = urlencode({**fields, "trigger_id": trigger or self.trigger(), **more}).encode()
        return self.site.post(HOOK, **self.request(body, secret=secret))

    def trigger(self) -> str:
        """A trigger that was never there."""
        self.triggers += 1
        return f"{self.triggers}.1.1"

    def interact(self, kind: str, user: str = "U1", **more: Any) -> httpx.Response:
        """Press something, or send a form that was filled in."""
        said = {"type": kind, "team": {"id": "T1"}, "user": {"id": user, "team_id": "T1"}, "trigger_id": self.trigger()}
        return self.send(payload=json.dumps({**said, **more}))

    def press(self, action: str, value: str = "", user: str = "U1", **more: Any) -> httpx.Response:
        """Press a button."""
        pressed = {"action_id": f"aw.{action}", "block_id": "aw0", "value": value}
        answer = self.interact("block_actions", user, actions=[pressed], **more)
        assert (answer.status_code, answer.content) == (200, b"")
        return answer

    def do(self, action: str, value: str = "", user: str = "U1") -> None:
        """Press a button, and wait until that is done."""
        self.press(action, value, user)
        until(self._has_done)

    def _has_done(self) -> bool:
        with self.site.database.reading() as session:
            return session.exec(select(SlackCall.id).where(col(SlackCall.done_at).is_(None))).first() is None

    def said(self, answer: httpx.Response) -> str:
        """The text that somebody is shown; it is theirs alone, within Slack's limits, and all of it is in `text`."""
        assert answer.status_code == 200, answer.text
        return shown(answer.json())

    def delivery(self, answer: httpx.Response) -> dict[str, Any]:
        """The delivery that an answer names."""
        path = f"{API}/deliveries/{answer.headers['assembly-delivery']}"
        found: dict[str, Any] = self.site.get(path, "admin").json()
        return found


def connect_bot(slack: Slack, token: str = TOKEN) -> None:
    """Have a bot token in use, as if it had been tried."""
    key = slack.site.app.state.context.key
    with slack.site.database.unit_of_work() as session:
        workspaces.set_token(session, key, "slack", slack.site.game.act, token=token)
        found = connections.find(session, "slack").id
        tried = Tried("T1", "Acme", "U0", workspaces.NEEDED, is_org_wide=False)
        workspaces.accept(session, key, found, token, tried, slack.site.clock.now)


def shown(message: dict[str, Any]) -> str:
    """The text of a message to one alone, which its blocks show too."""
    assert message["response_type"] == "ephemeral"
    check_message({key: value for key, value in message.items() if key not in {"response_type", "replace_original"}})
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    said: str = message["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert [text for text in texts if text not in said] == []
    return said.replace("\u2068", "").replace("\u2069", "")


def buttons(message: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The buttons of a message or view: what each says, its action and its value."""
    elements = [each for block in message["blocks"] for each in block.get("elements", ())]
    return [
        (each["text"]["text"], each["action_id"].removeprefix("aw."), each.get("value") or each.get("url", ""))
        for each in elements
        if each["type"] == "button"
    ]
