"""Accent colours: whether they can be read on our pages by day and night, and the nearest that can (WCAG 2.2)."""

import colorsys
import re
from collections.abc import Iterator
from typing import NamedTuple

LEAST = 4.5
"""The contrast of text with what is behind it, level AA; edges and fills take 3."""
BY_DAY = ("#faf6ee", "#fffdf9", "#f1eadd", "#fdf0d2")
BY_NIGHT = ("#14161c", "#1c1f27", "#262a34", "#2f2817")
"""The grounds of pages: paper, surface, sunken and sun-soft of static/app.css."""
_FILL = 0.16
"""The share of the accent in the ground of a button that takes a seat, whose text has the accent, too."""
_STEPS = 255

_HEX = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE | re.ASCII)


class Accent(NamedTuple):
    """An accent by day and by night, as #rrggbb."""

    day: str
    night: str


def parse(text: str) -> str | None:
    """A colour as #rrggbb in small letters; None for a text that is none."""
    found = _HEX.fullmatch(text.strip())
    return f"#{found[1].lower()}" if found else None


def contrast(one: str, another: str) -> float:
    """The contrast of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(another))))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: tuple[str, ...]) -> float:
    """The contrast of a colour with the ground on which it is read worst."""
    surface = _rgb(grounds[1])
    filled = _hex(tuple(_FILL * own + (1 - _FILL) * under for own, under in zip(_rgb(colour), surface, strict=True)))
    return min(contrast(colour, ground) for ground in (*grounds, filled))


def readable(colour: str, grounds: tuple[str, ...]) -> str:
    """The colour itself where it is read on all grounds, else the nearest of the same hue that is."""
    return next(each for each in _towards(colour, grounds) if least_contrast(each, grounds) >= LEAST)


def accent_of(colour: str) -> Accent:
    """The accent that a readable colour makes: by night it is the nearest that is read on dark grounds."""
    return Accent(colour, readable(colour, BY_NIGHT))


def _towards(colour: str, grounds: tuple[str, ...]) -> Iterator[str]:
    """The colour, then darker ones for light grounds or lighter ones for dark grounds, to black or white."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    end = 0.0 if grounds is BY_DAY else 1.0
    yield colour
    for step in range(1, _STEPS + 1):
        yield _hex(colorsys.hls_to_rgb(hue, lightness + (end - lightness) * step / _STEPS, saturation))


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def _hex(rgb: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(rgb: tuple[float, ...]) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
