"""Forms in Slack: views with our fields, whose block, action and field share one name."""

from collections.abc import Mapping
from typing import Any, Final

from app.domain.slack.commands import KINDS, LONGEST_LINK, LONGEST_NOTE, tidy_link
from app.domain.slack.writing import ACTION, plain

LOG: Final = f"{ACTION}log"
OFFER: Final = f"{ACTION}offer"
KIND_NAMES = {"issue": "Issue", "feature_request": "Feature request", "knowledge_card": "Knowledge card"}
AUDIENCES = {"everyone": "Everyone", "team": "My team"}
CHOOSE_KIND = "Choose what you did."
NO_LINK = "Enter a whole link, such as https://example.com/issues/7, or none."
CHOOSE_WHOM = "Choose whom to offer your seat to."


def log_view(metadata: str, kind: str = "", link: str = "", note: str = "") -> dict[str, Any]:
    """The form for a log, with what was typed already; `metadata` is the shift and the sign-up it is about."""
    said = {"type": "url_text_input", "action_id": "link"} | ({"initial_value": link} if link else {})
    more = {"type": "plain_text_input", "action_id": "note", "multiline": True, "max_length": LONGEST_NOTE}
    return _modal(LOG, "Log an activity", "Log activity", metadata, [
        _input("kind", "What", _choice("kind", {name: KIND_NAMES[name] for name in KINDS.values()}, kind)),
        _input("link", "Link", said, is_optional=True),
        _input("note", "Note", more | ({"initial_value": note[:LONGEST_NOTE]} if note else {}), is_optional=True),
    ])  # fmt: skip


def offer_view(metadata: str) -> dict[str, Any]:
    """The form that offers a seat: to everyone or to the holder's team."""
    choice = _choice("to", AUDIENCES, "everyone")
    return _modal(OFFER, "Offer my seat", "Offer seat", metadata, [_input("to", "To", choice)])


def log_errors(fields: Mapping[str, str]) -> dict[str, str]:
    """The sentences of what is wrong in a filled-in log, by field."""
    errors = {} if fields.get("kind") in KINDS.values() else {"kind": CHOOSE_KIND}
    link = fields.get("link", "")
    return errors | ({"link": NO_LINK} if link and not is_link(link) else {})


def is_link(text: str) -> bool:
    """Tell whether a text is a link that can be kept."""
    tidied = tidy_link(text)
    return len(text) <= LONGEST_LINK and tidied.startswith(("http://", "https://"))


def _modal(callback: str, title: str, submit: str, metadata: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    view = {
        "type": "modal", "callback_id": callback, "title": plain(title), "submit": plain(submit),
        "close": plain("Cancel"), "blocks": blocks,
    }  # fmt: skip
    return view | ({"private_metadata": metadata} if metadata else {})


def _input(name: str, label: str, element: dict[str, Any], *, is_optional: bool = False) -> dict[str, Any]:
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": is_optional}


def _choice(name: str, options: Mapping[str, str], chosen: str) -> dict[str, Any]:
    made = {value: {"text": plain(label), "value": value} for value, label in options.items()}
    element = {"type": "static_select", "action_id": name, "options": list(made.values())}
    return element | ({"initial_option": made[chosen]} if chosen in made else {})
