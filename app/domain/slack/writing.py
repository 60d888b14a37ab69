"""Text for Slack: escaped, within its limits, plain wherever a name stands, and whole without the blocks."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

LONGEST_SECTION, LONGEST_TEXT, MOST_BLOCKS = 3_000, 12_000, 50
"""Characters of a section and of a message, and blocks of a message (slack-sdk's models)."""
MOST_BLOCKS_OF_VIEW = 100
LONGEST_LABEL, LONGEST_VALUE, LONGEST_URL = 75, 2_000, 3_000
ACTION = "aw."
"""The beginning of the ids of our buttons and forms."""

_CALLS = re.compile("@(?=here|channel|everyone)", re.IGNORECASE)

Audience = Literal["ephemeral", "in_channel"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, which of our actions it asks for, and with what; one with a `url` opens that."""

    label: str
    action: str
    value: str = ""
    url: str = ""

    def element(self) -> dict[str, Any]:
        """The button as an element of a block."""
        element: dict[str, Any] = {
            "type": "button", "action_id": f"{ACTION}{self.action}", "text": plain(self.label, LONGEST_LABEL),
        }  # fmt: skip
        if self.value:
            element["value"] = self.value[:LONGEST_VALUE]
        return element | ({"url": self.url[:LONGEST_URL]} if self.url else {})


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph with buttons below it."""

    text: str
    buttons: Sequence[Button] = ()

    @property
    def spoken(self) -> str:
        """All of it as text, for who hears it read: addresses of buttons too."""
        return "\n".join([self.text, *(f"{each.label}: {each.url}" for each in self.buttons if each.url)])


Lines = Sequence[str | Part]


def escape(text: str) -> str:
    """A text in which Slack finds none of its signs: `<!here>` calls nobody, and neither does `@here`."""
    return _CALLS.sub("@\u2060", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def plain(text: str, most: int = LONGEST_SECTION) -> dict[str, Any]:
    """A text object in which nothing is read as a sign."""
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def message(lines: Lines, audience: Audience = "ephemeral") -> dict[str, Any]:
    """The answer to a command: a block for each paragraph, and `text` with all of them, for who hears it read.

    What is too long is cut; nothing that people wrote is read as Slack's own signs.
    """
    parts = parts_of(lines)
    return {"response_type": audience, "text": text_of(parts), "blocks": blocks(parts)}


def later(lines: Lines, audience: Audience = "ephemeral") -> dict[str, Any]:
    """The same for a `response_url`: below what is there, which stays."""
    return message(lines, audience) | {"replace_original": False}


def parts_of(lines: Lines) -> list[Part]:
    """The paragraphs that say something."""
    parts = (Part(each) if isinstance(each, str) else each for each in lines)
    return [part for part in parts if part.text.strip()]


def text_of(parts: Iterable[Part]) -> str:
    """Everything as one text."""
    return cut(escape("\n\n".join(cut(part.spoken, LONGEST_SECTION) for part in parts)), LONGEST_TEXT)


def blocks(parts: Iterable[Part], most: int = MOST_BLOCKS) -> list[dict[str, Any]]:
    """A section for each part, and a block with its buttons; ids of blocks are unique."""
    made: list[dict[str, Any]] = []
    for number, part in enumerate(parts):
        made.append({"type": "section", "text": plain(part.text)})
        if part.buttons:
            elements = [button.element() for button in part.buttons]
            made.append({"type": "actions", "block_id": f"aw{number}", "elements": elements})
    return made[:most]


def dump(lines: Lines) -> str:
    """Lines as text that can be kept."""
    return json.dumps([
        [part.text, [[each.label, each.action, each.value, each.url] for each in part.buttons]]
        for part in parts_of(lines)
    ])  # fmt: skip


def load(kept: str) -> Lines:
    """Lines as they were kept."""
    return [Part(text, [Button(*each) for each in buttons]) for text, buttons in json.loads(kept or "[]")]


def cut(text: str, most: int) -> str:
    """A text of so many characters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
