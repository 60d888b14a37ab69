"""Readiness for a first shift: the list of what to have done before, an item a line, ticked by each person."""

from dataclasses import dataclass
from hashlib import sha256

SHIPPED = """\
I read the [guide](/guide).
I opened the help desk and I can answer in it.
I know the [1-hour promise](/guide#guide-the-1-hour-promise).
I know our tone: how to [answer a customer](/guide#guide-answer-a-customer).
I know how to [file an issue](/guide#guide-file-an-issue).
I know how to [log a feature request](/guide#guide-log-a-feature-request).
I know [whom to ask](/guide#guide-when-you-are-stuck) when I’m stuck.
I watched someone answer a customer.
"""
"""The list that comes with the program; its links lead into the guide that comes with it."""


@dataclass(frozen=True, slots=True)
class ReadyItem:
    """An item of the list: one line of Markdown."""

    text: str

    @property
    def key(self) -> str:
        """The item as ticks name it: other words make another item."""
        return sha256(self.text.encode()).hexdigest()[:16]


def items_of(text: str) -> tuple[ReadyItem, ...]:
    """The items of a list, in order; equal lines are one item, empty ones none."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(dict.fromkeys(ReadyItem(line) for line in lines if line))
