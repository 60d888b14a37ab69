"""Topics: what can be watched, and the message that those who watch it get."""

from typing import Any, Protocol

from app.domain.actor import Scope
from app.live.messages import Message


class Topic(Protocol):
    """One thing of a week that can be watched, in one form; a value, and equal ones share a channel.

    `needs` is what the topic's door asked for: nothing where everybody may watch. It must hold as long as the stream.
    """

    @property
    def name(self) -> str:
        """The form's name, for figures and logs."""

    @property
    def slug(self) -> str:
        """The week, for logs."""

    @property
    def needs(self) -> Scope | None:
        """The scope that a viewer must keep."""

    def version_key(self, state: Any, /) -> str:
        """A key of the message for this state: equal keys mean equal bytes."""

    def render(self, state: Any, /) -> bytes | Message:
        """Render a state's message: the bytes of a server-sent event, or a message that also has parts.

        Called in a thread.
        """
