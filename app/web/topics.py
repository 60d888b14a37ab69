"""Boards as topics: what turns a board into the message that viewers get."""

from typing import NamedTuple, Protocol

from app.domain.actor import Scope
from app.domain.view import Audience
from app.live.messages import Message, Parts, event
from app.web.boards import BoardSnapshot


class Renderer(Protocol):
    """Turns a board into one message: the bytes of a server-sent event, or a message that also has parts."""

    def __call__(self, snapshot: BoardSnapshot, /) -> bytes | Message:
        """Render a board's message; called in a thread."""


class BoardTopic(NamedTuple):
    """One week's board for one audience, as one renderer shows it."""

    slug: str
    audience: Audience
    renderer: Renderer
    needs: Scope | None

    @property
    def name(self) -> str:
        """The renderer's name, for figures and logs."""
        return str(getattr(self.renderer, "name", None) or getattr(self.renderer, "__name__", "other"))

    def version_key(self, snapshot: BoardSnapshot, /) -> str:
        """A key of the message for this board: equal keys mean equal bytes. A renderer that shows more has its own."""
        own = getattr(self.renderer, "version_key", None)
        return str(own(snapshot)) if own is not None else snapshot.mark

    def render(self, snapshot: BoardSnapshot, /) -> bytes | Message:
        """Render a board's message."""
        return self.renderer(snapshot)


def board_json(snapshot: BoardSnapshot) -> bytes:
    """The leaderboard as the API's stream sends it."""
    return event(snapshot.version, snapshot.json.body, "board")


class _BoardHtml:
    """The moving part of the board's page, unnamed so that htmx swaps it in: what changed, or all of it."""

    name = "board_html"

    def version_key(self, snapshot: BoardSnapshot, /) -> str:
        """A key of the page, which shows more than the API's board does."""
        return snapshot.page_mark

    def __call__(self, snapshot: BoardSnapshot, /) -> Message:
        """The board's fragments."""
        return Parts(snapshot.fragments, lambda: snapshot.partial.body)


board_html = _BoardHtml()
