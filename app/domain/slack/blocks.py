"""Messages that may change: what they show, and the times in them as each reader's Slack tells them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.domain.slack.writing import MOST_BLOCKS, Button, Part, blocks, parts_of, text_of


class Content(NamedTuple):
    """The text and blocks of a message: `text` says all, for who hears it read; `blocks` have its buttons.

    `lasts` says that it may still change.
    """

    text: str
    blocks: Sequence[dict[str, Any]]
    lasts: bool = False


def content(
    paragraphs: Sequence[str], buttons: Sequence[Button] = (), *, starts: datetime | None = None, lasts: bool = False
) -> Content:
    """A message of these paragraphs with buttons below; `starts` is shown in its reader's own time as well.

    A message with a button that does something may still change.
    """
    kept = [each for each in paragraphs if each.strip()]
    parts = parts_of([*kept[:-1], Part(kept[-1], buttons)])
    time = [{"type": "context", "elements": [{"type": "mrkdwn", "text": own_time(starts)}]}] if starts else []
    is_open = lasts or any(not each.url for each in buttons)
    return Content(text_of(parts), [*blocks(parts, MOST_BLOCKS - 1), *time], is_open)


def own_time(moment: datetime) -> str:
    """A moment as each reader's Slack tells it; where it can't, in UTC."""
    return f"Your time: <!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{moment:%a %H:%M} UTC>"


def without_blocks(found: Content) -> Content:
    """A message without blocks, for a Slack that refuses them: it still says all."""
    return found._replace(blocks=())
