"""Displays: screens, what was chosen for them, what the remote says, and messages on them."""

from datetime import datetime
from typing import Annotated, cast

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.domain.screens.wall import MessageKind, Size, Theme
from app.services.displays import displays
from app.services.displays.displays import State
from app.services.displays.settings import Settings
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment, NextCursor

Scenes = Annotated[list[str], Field(examples=[["board:20", "race:12"]])]


class Display(TypedDict):
    """A screen: `waiting` for it to come for its code, `expired` where it came too late, or `paired`."""

    id: str
    name: str
    state: State
    created_at: Moment
    created_by: str
    seen_at: Annotated[Moment | None, Field(description="When it was seen last, to five minutes.")]


class DisplayList(TypedDict):
    """All displays, the newest first."""

    items: list[Display]
    next_cursor: NextCursor


class DisplaySettings(TypedDict):
    """The choices for a screen, or for `all`: null is as for all screens, and of those the usual.

    `shown` to `muted` are what the remote says, of a screen or of all, whichever was last.
    """

    display: Annotated[str, Field(description="The display's id, or `all`.")]
    theme: Theme | None
    size: Size | None
    quiet: Annotated[str | None, Field(description="Local times, or `off`.", examples=["22:00-06:30"])]
    timezone: str | None
    scenes: Scenes | None
    shown: Annotated[str | None, Field(description="A scene, or `message-` and an id.", examples=["race"])]
    shown_at: Moment | None
    paused: bool
    muted: bool


class DisplayMessage(TypedDict):
    """A message on the screens; it goes by itself at `until`."""

    id: str
    kind: MessageKind
    title: str
    text: str
    link: Annotated[str, Field(description="The address of its QR code, or empty.")]
    until: Moment | None
    created_at: Moment
    created_by: str


class DisplayMessageList(TypedDict):
    """All messages, in the order they take turns."""

    items: list[DisplayMessage]
    next_cursor: NextCursor


def display_document(display: models.Display, now: datetime) -> Display:
    """A screen as programs read it."""
    return Display(
        id=display.id, name=display.name, state=displays.state(display, now), created_at=moment(display.created_at),
        created_by=display.by, seen_at=moment(display.seen_at) if display.seen_at else None,
    )  # fmt: skip


def settings_document(settings: Settings) -> DisplaySettings:
    """The settings of a screen, or of all."""
    own, followed = settings.own, settings.followed
    return DisplaySettings(
        display=settings.target, theme=cast("Theme", own.theme) if own.theme else None,
        size=cast("Size", own.size) if own.size else None, quiet=own.quiet or None, timezone=own.zone or None,
        scenes=own.scenes.split(",") if own.scenes else None, shown=followed.shown or None,
        shown_at=moment(followed.shown_at) if followed.shown and followed.shown_at else None,
        paused=bool(followed.is_paused), muted=bool(followed.is_muted),
    )  # fmt: skip


def display_message_document(message: models.ScreenMessage) -> DisplayMessage:
    """A message on the screens."""
    return DisplayMessage(
        id=message.id, kind=cast("MessageKind", message.kind), title=message.title, text=message.text,
        link=message.link, until=moment(message.until) if message.until else None,
        created_at=moment(message.created_at), created_by=message.by,
    )  # fmt: skip
