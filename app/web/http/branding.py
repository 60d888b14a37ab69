"""The brand that every page shows, kept in memory: this process serves one installation."""

from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from app.db.database import Database
from app.domain.accent import Accent, accent_of
from app.domain.look import AS_SHIPPED, Look
from app.domain.text.direction import apart
from app.events import AppearanceChanged, Event
from app.services import appearances
from app.services.appearances import SHIPPED_NAME


class LogoMark(NamedTuple):
    """A logo as pages show it: its content hash, its size in pixels, and the plate it takes: by day, by night, none."""

    sha256: str
    width: int
    height: int
    plate: str

    @property
    def version(self) -> str:
        """A key for its address, another one for each content."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True)
class Brand:
    """The installation's name, accent and logo; None are those that ship. `version` counts their changes.

    `title` is the name for titles and messages, kept apart where it would turn the words beside it around; `mark` is a
    key for addresses that browsers keep for ever, another one for each accent and empty without one.
    """

    name: str = SHIPPED_NAME
    accent: Accent | None = None
    version: int = 0
    title: str = SHIPPED_NAME
    mark: str = ""
    logo: LogoMark | None = None


SHIPPED = Brand()


class Branding:
    """The holder of the brand; safe to use from any thread. `heard` counts what this server was told by itself."""

    def __init__(self) -> None:
        self.brand, self.heard, self._hearing = SHIPPED, 0, Lock()

    def reset(self, brand: Brand = SHIPPED) -> None:
        """Begin with a brand, whatever was shown before."""
        with self._hearing:
            self.brand, self.heard = brand, self.heard + 1

    def notify(self, news: Event) -> None:
        """Take up what an organizer chose on this server."""
        if isinstance(news, AppearanceChanged):
            self.reset(brand_of(news.look))

    def follow(self, look: Look, heard: int) -> bool:
        """Show this appearance, unless more was `heard` since it was asked for; tell whether it is news."""
        brand = brand_of(look)
        with self._hearing:
            if heard != self.heard or brand == self.brand:
                return False
            self.brand = brand
        return True


def brand_of(look: Look = AS_SHIPPED) -> Brand:
    """The brand that an appearance makes."""
    name, pair = look.name or SHIPPED_NAME, accent_of(look.accent) if look.accent else None
    mark = "".join(pair).replace("#", "") if pair else ""
    logo = LogoMark(look.logo, look.logo_width, look.logo_height, look.logo_plate) if look.logo else None
    return Brand(name, pair, look.version, apart(name), mark, logo)


BRANDING = Branding()
"""The one of this process: templates are rendered without a request, so that boards can be kept as bytes."""


def brand() -> Brand:
    """The brand that pages show now."""
    return BRANDING.brand


def begin(database: Database) -> None:
    """Show the brand as organizers chose it, whichever server or command they did it with."""
    with database.reading() as session:
        look = appearances.current(session)
    BRANDING.reset(brand_of(look))


def rules_of(accent: Accent, selector: str = ":root") -> str:
    """The rules that make an accent out of a pair of colours; forced colours and print still have the last word."""
    pair = f"light-dark({accent.day}, {accent.night})"
    return f"@layer tokens {{ {selector} {{ --accent: {pair}; --accent-fill: {pair}; }} }}\n"
