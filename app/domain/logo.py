"""A logo: a picture that pages show in place of the mark, and the ground it takes to be seen by day and by night."""

from collections import Counter
from hashlib import sha256
from itertools import compress
from typing import Final, Literal, NamedTuple

from app.domain import accent, png

Plate = Literal["", "day", "night"]
"""The time at which a logo stands on a ground of its own, because it would not be seen on the page's."""

LEAST: Final = 3.0
"""The contrast of a picture's parts with what is behind them (WCAG 2.2, 1.4.11)."""
_SEEN: Final = 0.75  # the share of its pixels that has to be seen
_FILLED: Final = 0.9  # the share from which it brings a ground of its own
_ROUGHLY = bytes(level & 0xF0 | level >> 4 for level in range(256))
"""Levels rounded to sixteen, so that a photograph has few colours to compare, too."""
_SOLID = bytes(int(level >= 128) for level in range(256))


class Logo(NamedTuple):
    """A logo as it is kept: a PNG written by ourselves, its size in pixels, and when it takes a plate."""

    png: bytes
    width: int
    height: int
    plate: Plate

    @property
    def sha256(self) -> str:
        """The content hash, by which browsers keep it for ever."""
        return sha256(self.png).hexdigest()


def read(data: bytes) -> Logo:
    """Make a logo of a file that somebody chose. Raises ValueError with a sentence."""
    picture = png.read(data)
    return Logo(picture.to_png(), picture.width, picture.height, plate_for(picture))


def plate_for(picture: png.Picture) -> Plate:
    """The plate that a picture takes: where too little of it is seen, and more of it on the other ground.

    One that fills its frame brings its own ground. Raises ValueError where nothing of it would show.
    """
    colours: Counter[tuple[int, int, int]] = Counter()
    for *levels, opacity in picture.planes():
        seen = zip(*(plane.translate(_ROUGHLY) for plane in levels), strict=True)
        colours.update(compress(seen, opacity.translate(_SOLID)))
    drawn = colours.total()
    if not drawn:
        raise ValueError("The logo is transparent all over. Choose one that shows something.")
    if drawn >= _FILLED * picture.width * picture.height:
        return ""
    by_day, by_night = (_seen(colours, ground) / drawn for ground in (accent.BY_DAY[0], accent.BY_NIGHT[0]))
    if by_day < _SEEN and by_day < by_night:
        return "day"
    return "night" if by_night < _SEEN and by_night < by_day else ""


def _seen(colours: Counter[tuple[int, int, int]], ground: str) -> int:
    return sum(count for colour, count in colours.items() if _is_seen(bytes(colour), ground))


def _is_seen(colour: bytes, ground: str) -> bool:
    return accent.contrast(f"#{colour.hex()}", ground) >= LEAST
