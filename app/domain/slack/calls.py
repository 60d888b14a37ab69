"""Calls of Slack: a command, a press or a form, an event; any field may be missing or of another type."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

Kind = Literal["command", "interaction", "event", "check", "challenge"]
MOST_FIELDS = 100
LONGEST_TEXT, LONGEST_ID, LONGEST_VALUE = 3_000, 200, 2_000

_ID = re.compile(r"[\x21-\x7e]{1,200}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LAST_SECOND = 253_402_300_799


class CallUnreadable(Exception):
    """The call is signed, but isn’t what Slack sends; its sentence tells organizers why."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as read; what it doesn't say is empty. `type` is an event's or an interaction's own kind.

    `team_id` is the workspace it comes from, `user_team_id` that of the person, where they may be of another one.
    `event_id` names it for good: copies share it. `ends_bot` is set where the bot's token is over: the app was removed.
    Of a press there are its `action` and `value`, and `in_home` where it was made there; of a form its `view_id`, its
    `callback_id`, the `metadata` it was opened with, and its `fields` as filled in, by block.
    """

    kind: Kind
    type: str = ""
    event_id: str = ""
    team_id: str = ""
    user_team_id: str = ""
    app_id: str = ""
    user_id: str = ""
    user_name: str = ""
    channel_id: str = ""
    text: str = ""
    trigger_id: str = ""
    response_url: str = ""
    challenge: str = ""
    sent_at: datetime | None = None
    ends_bot: bool = False
    action: str = ""
    value: str = ""
    in_home: bool = False
    view_id: str = ""
    callback_id: str = ""
    metadata: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tab: str = ""


def read(body: bytes) -> Call:
    """Read a call: a form, whose `payload` is JSON where somebody pressed something, or JSON. Raises CallUnreadable."""
    if body.lstrip()[:1] == b"{":
        return _event(_json(body))
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:  # UnicodeDecodeError is one, and so is what says that there are too many fields
        raise CallUnreadable("The body is neither JSON nor a form.") from None
    if form.get("ssl_check") == "1":
        return Call("check")
    if "payload" in form:
        return _interaction(_json(form["payload"]))
    if "command" not in form:
        raise CallUnreadable("It is no command, no interaction and no event.")
    trigger = _id(form.get("trigger_id"))
    return Call(
        "command", event_id=trigger, team_id=_id(form.get("team_id")), user_team_id=_id(form.get("team_id")),
        app_id=_id(form.get("api_app_id")), user_id=_id(form.get("user_id")), user_name=_line(form.get("user_name")),
        channel_id=_id(form.get("channel_id")), text=_line(form.get("text")), trigger_id=trigger,
        response_url=_address(form.get("response_url")),
    )  # fmt: skip


def _interaction(said: Mapping[str, Any]) -> Call:
    team = _id(_at(said, "team", "id"))
    trigger, view_id = _id(said.get("trigger_id")), _id(_at(said, "view", "id"))
    pressed = _first(said.get("actions"))
    value = pressed.get("value") or _at(pressed, "selected_option", "value")
    return Call(
        "interaction", type=_id(said.get("type")), event_id=trigger or view_id, team_id=team,
        user_team_id=_id(_at(said, "user", "team_id")) or team, app_id=_id(said.get("api_app_id")),
        user_id=_id(_at(said, "user", "id")), user_name=_line(_at(said, "user", "username")),
        trigger_id=trigger, response_url=_address(said.get("response_url")),
        action=_id(pressed.get("action_id")), value=_line(value)[:LONGEST_VALUE],
        in_home=_at(said, "container", "type") == "view", view_id=view_id,
        callback_id=_id(_at(said, "view", "callback_id")), metadata=_line(_at(said, "view", "private_metadata")),
        fields=_fields(_at(said, "view", "state", "values")),
    )  # fmt: skip


def _first(actions: Any) -> Mapping[str, Any]:
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, dict) else {}


def _fields(values: Any) -> dict[str, str]:
    """Values that were filled in, by block: in our forms a block has one element, with the block's own name."""
    fields: dict[str, str] = {}
    for block, elements in list(values.items())[:MOST_FIELDS] if isinstance(values, dict) else ():
        element = elements.get(block) if isinstance(elements, dict) else None
        value = _at(element, "value") or _at(element, "selected_option", "value") if isinstance(element, dict) else ""
        fields[str(block)[:LONGEST_ID]] = _text(value)
    return fields


def _event(said: Mapping[str, Any]) -> Call:
    if said.get("type") == "url_verification":
        challenge = said.get("challenge")
        return Call("challenge", challenge=challenge[:LONGEST_TEXT] if isinstance(challenge, str) else "")
    team, type_ = _id(said.get("team_id")), _id(_at(said, "event", "type"))
    ends_bot = type_ == "app_uninstalled" or (type_ == "tokens_revoked" and bool(_at(said, "event", "tokens", "bot")))
    return Call(
        "event", type=type_, event_id=_id(said.get("event_id")), team_id=team,
        user_team_id=team, app_id=_id(said.get("api_app_id")), user_id=_id(_at(said, "event", "user")),
        sent_at=_moment(said.get("event_time")), ends_bot=ends_bot, tab=_id(_at(said, "event", "tab")),
    )  # fmt: skip


def _json(text: bytes | str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise CallUnreadable("The body isn’t a JSON object.")
    return said


def _at(said: Mapping[str, Any], *path: str) -> Any:
    value: Any = said
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _line(value: Any) -> str:
    """Text in one line, without what no line holds."""
    return " ".join(_CONTROL.sub(" ", value).split())[:LONGEST_TEXT] if isinstance(value, str) else ""


def _text(value: Any) -> str:
    """Text that may have several lines."""
    lines = value.replace("\r\n", "\n").split("\n") if isinstance(value, str) else []
    return "\n".join(_CONTROL.sub(" ", line).rstrip() for line in lines).strip()[:LONGEST_TEXT]


def _address(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 2_000 and value.isascii() and value.isprintable() else ""


def _moment(value: Any) -> datetime | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return datetime.fromtimestamp(value, UTC) if is_number and 0 <= value <= _LAST_SECOND else None
