"""The checks of what Slack is sent: slack-sdk’s arguments, models and limits, and stricter rules of ours."""

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web import WebClient

APP = "A0ASSEMBLY"
MOST_BLOCKS, LONGEST_TEXT = 50, 12_000
SCOPES: Mapping[str, str] = {
    "apps.connections.open": "connections:write",
    "auth.test": "", "chat.postMessage": "chat:write", "chat.update": "chat:write", "users.info": "users:read",
    "users.lookupByEmail": "users:read.email", "views.open": "", "views.publish": "",
}  # fmt: skip
"""The methods there are, and the scope that each of them needs."""
PINGS = re.compile(r"<(!here|!channel|!everyone|!subteam|@[UW])|@here|@channel|@everyone")


class Refused(Exception):
    """A request that Slack refuses with `error`; the sentence says what is wrong with it."""

    def __init__(self, error: str, sentence: str = "") -> None:
        super().__init__(sentence or error)
        self.error = error


def check_arguments(method: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a method nobody knows, an argument that slack-sdk's client doesn't have, and one that is missing."""
    if method not in SCOPES:
        raise Refused("unknown_method", method)
    function: Callable[..., Any] = getattr(WebClient, method.replace(".", "_"))
    parameters = [each for name, each in inspect.signature(function).parameters.items() if name != "self"]
    known = {each.name for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD}
    if unknown := arguments.keys() - known:
        raise Refused("invalid_arguments", f"{method} has no {sorted(unknown)}")
    needed = {each.name for each in parameters if each.default is inspect.Parameter.empty} & known
    if missing := needed - arguments.keys():
        raise Refused("invalid_arguments", f"{method} needs {sorted(missing)}")


def check_message(message: Mapping[str, Any], *, is_post: bool = False) -> None:
    """Refuse a message over Slack's limits, one whose text doesn't say all, and one that calls people or unfurls."""
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused("no_text", "screen readers have the text alone")
    if len(text) > LONGEST_TEXT:
        raise Refused("msg_too_long", f"{len(text)} characters")
    check_blocks(message.get("blocks") or [], MOST_BLOCKS)
    if is_post and not (message.get("unfurl_links") is False and message.get("unfurl_media") is False):
        raise Refused("invalid_arguments", "links would unfurl")
    for each in (text, *mrkdwn_in(message.get("blocks") or [])):
        if PINGS.search(each):
            raise Refused("invalid_arguments", f"it calls people: {each[:80]}")


def check_view(view: Any) -> None:
    """Refuse a view that slack-sdk's model doesn't know, or one over its limits."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        raise Refused("invalid_arguments", "not a view")
    try:
        read = View(**view)
        said = read.to_dict()
    except (SlackObjectFormationError, TypeError) as flaw:
        raise Refused("invalid_blocks", str(flaw)) from None
    if unknown := view.keys() - said.keys():
        raise Refused("invalid_arguments", f"a view has no {sorted(unknown)}")
    check_blocks(view.get("blocks") or [], View.blocks_max_length)


def check_blocks(blocks: Any, most: int) -> None:
    """Refuse blocks that slack-sdk's models don't know or whose limits they exceed, and ids that come twice."""
    if not isinstance(blocks, list) or len(blocks) > most:
        raise Refused("invalid_blocks", f"over {most} blocks, or none")
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise Refused("invalid_blocks", "a block_id comes twice")
    for block in blocks:
        try:
            read = Block.parse(block)
            if read is None:
                raise Refused("invalid_blocks", f"no such block: {str(block)[:80]}")
            said = read.to_dict()
        except (SlackObjectFormationError, TypeError, AttributeError) as flaw:
            raise Refused("invalid_blocks", str(flaw)) from None
        if lost := _lost(block, said):
            raise Refused("invalid_blocks", f"{block.get('type')} has no {lost}")
        actions = [each.get("action_id") for each in block.get("elements", ()) if isinstance(each, dict)]
        actions = [each for each in actions if each]
        if len(actions) != len(set(actions)):
            raise Refused("invalid_blocks", "an action_id comes twice in a block")


def _lost(given: Any, said: Any, path: str = "") -> str:
    """The first field of a block that its model dropped: one that Slack doesn't know."""
    if isinstance(given, Mapping) and isinstance(said, Mapping):
        for key, value in given.items():
            place = f"{path}.{key}".lstrip(".")
            if key not in said:
                return place
            if inner := _lost(value, said[key], place):
                return inner
    elif isinstance(given, Sequence) and isinstance(said, Sequence) and not isinstance(given, str):
        for one, other in zip(given, said, strict=False):
            if inner := _lost(one, other, path):
                return inner
    return ""


def mrkdwn_in(value: Any) -> list[str]:
    """All texts inside blocks in which Slack looks for its signs."""
    if isinstance(value, Mapping):
        own = [str(value.get("text", ""))] if value.get("type") == "mrkdwn" else []
        return own + [text for each in value.values() for text in mrkdwn_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in mrkdwn_in(each)]
    return []


def read_arguments(content_type: str, body: bytes) -> dict[str, Any]:
    """The arguments of a call: JSON in UTF-8, or a form whose `blocks` and `view` are JSON."""
    if content_type.partition(";")[0].strip() == "application/json":
        found = json.loads(body or b"{}")
        if not isinstance(found, dict):
            raise Refused("invalid_json")
        return found
    form: dict[str, Any] = dict(parse_qsl(body.decode()))
    return {key: json.loads(value) if key in {"blocks", "view"} else value for key, value in form.items()}
