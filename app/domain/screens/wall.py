"""The wall: what organizers chose for all screens and for single ones, and the messages on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from app.domain.calendar.days import zone_or_utc
from app.domain.screens import quiet
from app.domain.screens.quiet import Night, QuietHours

ALL = "all"
"""The target that stands for every screen."""

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
Size = Literal["normal", "large"]
SIZES: tuple[Size, ...] = get_args(Size)
MessageKind = Literal["news", "thanks", "birthday", "join"]
MESSAGE_KINDS: tuple[MessageKind, ...] = get_args(MessageKind)


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices for one target. What is empty or None is as for all screens; for all screens it is the usual.

    `shown` is the scene, or `message-<id>`, that was asked for at `shown_at`. Paused, a screen stays on its scene.
    `quiet` and `zone` are texts: `22:00-06:30` or `off`, and a zone's name.
    """

    scenes: str = ""
    theme: str = ""
    size: str = ""
    quiet: str = ""
    zone: str = ""
    shown: str = ""
    shown_at: datetime | None = None
    is_paused: bool | None = None
    is_muted: bool | None = None

    @property
    def hours(self) -> QuietHours | None:
        """The quiet hours; None without any."""
        return quiet.parse(self.quiet)

    @property
    def show(self) -> str:
        """The last wish for a scene with its moment, which tells one wish from another; empty without."""
        return f"{self.shown}@{self.shown_at.timestamp():.6f}" if self.shown and self.shown_at else ""

    def night(self, now: datetime, usual: ZoneInfo) -> Night | None:
        """The night that is on or comes next, in the screen's zone or the usual one."""
        return self.hours.night(now, self.zone_or(usual)) if self.hours else None

    def zone_or(self, usual: ZoneInfo) -> ZoneInfo:
        """The screen's zone, else the usual one."""
        return zone_or_utc(self.zone) if self.zone else usual


@dataclass(frozen=True, slots=True)
class Message:
    """A message on the screens: a title, a line below it, the address of its QR code, and when it goes by itself."""

    id: str
    kind: str
    title: str
    text: str
    link: str
    until: datetime | None

    @property
    def key(self) -> str:
        """The name that a wish to see it now has."""
        return f"message-{self.id}"


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything organizers chose for the displays; equal walls show the same. `plans` are by target."""

    scenes: str = ""
    plans: Mapping[str, Plan] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()

    def plan(self, screen: str = ALL) -> Plan:
        """The plan that a screen follows: its own choices, else those for all."""
        usual = self.plans.get(ALL, Plan())
        usual = replace(usual, scenes=self.scenes, theme=usual.theme or "auto", size=usual.size or "normal")
        own = self.plans.get(screen) if screen != ALL else None
        if own is None:
            return usual
        is_asked = own.shown_at is not None
        return Plan(
            own.scenes or usual.scenes,
            own.theme or usual.theme,
            own.size or usual.size,
            own.quiet or usual.quiet,
            own.zone or usual.zone,
            own.shown if is_asked else usual.shown,
            own.shown_at if is_asked else usual.shown_at,
            usual.is_paused if own.is_paused is None else own.is_paused,
            usual.is_muted if own.is_muted is None else own.is_muted,
        )
