"""Text for Slack: escaped, within its limits, plain wherever a name stands, and whole without the blocks."""

from collections.abc import Sequence
from typing import Any, Literal

LONGEST_SECTION, LONGEST_TEXT, MOST_BLOCKS = 3_000, 12_000, 50
"""Characters of a section and of a message, and blocks of a message (slack-sdk's models)."""

Audience = Literal["ephemeral", "in_channel"]


def escape(text: str) -> str:
    """A text in which Slack finds none of its signs: `<!here>` calls nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(paragraphs: Sequence[str], audience: Audience = "ephemeral") -> dict[str, Any]:
    """The answer to a command: a block for each paragraph, and `text` with all of them, for who hears it read.

    What is too long is cut; nothing that people wrote is read as Slack's own signs.
    """
    kept = [_cut(each, LONGEST_SECTION) for each in paragraphs if each.strip()][:MOST_BLOCKS]
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": each, "emoji": False}} for each in kept]
    return {"response_type": audience, "text": _cut(escape("\n\n".join(kept)), LONGEST_TEXT), "blocks": blocks}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
