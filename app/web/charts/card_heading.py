"""The first line of the share card: the installation's logo and name, and beside them the week's."""

import base64
from collections.abc import Callable
from typing import NamedTuple

from app.domain.text.direction import isolated
from app.web.charts.lettering import drawable, shorten, width
from app.web.http.branding import Brand

_LEFT, _RIGHT, _GAP = 56, 1_144, 40  # pixels of the card: its edges, and what stays free between the two names
_LARGEST, _LEAST = 32, 20  # font sizes; beyond the least, names are shortened
_BESIDE_MARK = 122  # where the name begins beside the mark that ships
_LOGO_HEIGHT, _LOGO_WIDTH, _PLATE = 44, 260, 10  # a logo's room in pixels, and the ground around it
_LEAST_ROOM = 260  # for either name


class CardLogo(NamedTuple):
    """A logo on its plate: as an address that holds it, its size on the card, and whether the plate is dark."""

    href: str
    width: int
    height: int
    is_on_dark: bool


class CardHeading(NamedTuple):
    """The line's logo (None: the mark that ships) and its two names, each with its place or size in pixels."""

    logo: CardLogo | None
    name: str
    name_x: int
    name_size: int
    week: str
    week_size: int


def card_heading(brand: Brand, png: bytes | None, week: str, draws: Callable[[str], bool]) -> CardHeading:
    """The heading that fits: what one name leaves is the other's, and neither is smaller than can be read."""
    logo = _logo(brand, png)
    name = drawable(brand.name, draws)
    left = _LEFT + logo.width + 2 * _PLATE + 18 if logo else _BESIDE_MARK
    room = _RIGHT - left - _GAP
    name_room = max(room - round(width(week) * _LARGEST), min(_LEAST_ROOM, round(width(name) * _LARGEST)))
    name = shorten(name, name_room / _LEAST)
    name_size = _fit(name, name_room)
    week_room = room - round(width(name) * name_size)
    week = shorten(week, week_room / _LEAST)
    return CardHeading(logo, isolated(name), left, name_size, isolated(week), _fit(week, week_room))


def _logo(brand: Brand, png: bytes | None) -> CardLogo | None:
    mark = brand.logo
    if mark is None or png is None:
        return None
    scale = min(_LOGO_HEIGHT / mark.height, _LOGO_WIDTH / mark.width)
    size = max(1, round(mark.width * scale)), max(1, round(mark.height * scale))
    return CardLogo(f"data:image/png;base64,{base64.b64encode(png).decode()}", *size, mark.plate == "day")


def _fit(text: str, room: int) -> int:
    return min(_LARGEST, int(room / (width(text) or 1)))
