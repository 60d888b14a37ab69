"""A logo: a picture that pages show in place of the mark, and the ground it takes to be seen by day and by night."""

from collections import Counter
from hashlib import sha256
from io import BytesIO
from typing import Final, Literal, NamedTuple, cast

from PIL import Image, UnidentifiedImageError

from app.domain import accent

Plate = Literal["", "day", "night"]
"""The time at which a logo stands on a ground of its own, because it would not be seen on the page's."""

MOST_BYTES: Final = 262_144
MOST_PIXELS: Final = 512 * 512
LEAST_SIDE, MOST_SIDE = 16, 1_024
TOO_LARGE: Final = f"The logo is larger than {MOST_BYTES // 1024} KiB. Make it smaller, then choose it again."

LEAST: Final = 3.0
"""The contrast of a picture's parts with what is behind them (WCAG 2.2, 1.4.11)."""
_SEEN: Final = 0.75  # the share of its pixels that has to be seen
_FILLED: Final = 0.9  # the share from which it brings a ground of its own
_ROUGHLY = [level & 0xF0 | level >> 4 for level in range(256)]
"""Levels rounded to sixteen, so that a photograph has few colours to compare, too."""
_SOLID = [255 * (level >= 128) for level in range(256)]

_Colour = tuple[int, int, int]


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
    """Make a logo of a file that somebody chose: its pixels and nothing else. Raises ValueError with a sentence."""
    picture = _pixels(data)
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return Logo(written.getvalue(), *picture.size, plate_for(picture))


def _pixels(data: bytes) -> Image.Image:
    """The first picture of the file, red, green, blue and opacity; its size is looked at before it is unpacked."""
    if len(data) > MOST_BYTES:
        raise ValueError(TOO_LARGE)
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as picture:
            _check_size(*picture.size)
            return Image.frombytes("RGBA", picture.size, _as_rgba(picture).tobytes())
    except _SizeRefused:
        raise
    except UnidentifiedImageError:
        raise ValueError("The logo isn’t a PNG. Save it as PNG, then choose it.") from None
    except Exception as error:  # a decoder raises whatever a damaged file leads it into
        raise ValueError("The logo’s file is damaged. Save it as PNG again, then choose it.") from error


def _as_rgba(picture: Image.Image) -> Image.Image:
    """The same with 8 bits a channel: only greys come with 16."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    return picture.convert("RGBA")


class _SizeRefused(ValueError):
    pass


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise _SizeRefused(
            f"The logo has {width:,} × {height:,} pixels. Make it at most {MOST_SIDE:,} wide and high, with no more "
            "pixels in all than 512 × 512."
        )
    if min(width, height) < LEAST_SIDE:
        raise _SizeRefused(f"The logo has {width} × {height} pixels. Make it at least {LEAST_SIDE} wide and high.")


def plate_for(picture: Image.Image) -> Plate:
    """The plate that a picture takes: where too little of it is seen, and more of it on the other ground.

    One that fills its frame brings its own ground. Raises ValueError where nothing of it would show.
    """
    colours: Counter[_Colour] = Counter()
    found = cast("list[tuple[int, tuple[int, ...]]]", picture.point(_ROUGHLY * 3 + _SOLID).getcolors(MOST_PIXELS))
    for count, (red, green, blue, opacity) in found:
        if opacity:
            colours[red, green, blue] += count
    drawn = colours.total()
    if not drawn:
        raise ValueError("The logo is transparent all over. Choose one that shows something.")
    if drawn >= _FILLED * picture.width * picture.height:
        return ""
    by_day, by_night = (_seen(colours, ground) / drawn for ground in (accent.BY_DAY[0], accent.BY_NIGHT[0]))
    if by_day < _SEEN and by_day < by_night:
        return "day"
    return "night" if by_night < _SEEN and by_night < by_day else ""


def _seen(colours: Counter[_Colour], ground: str) -> int:
    return sum(count for colour, count in colours.items() if _is_seen(bytes(colour), ground))


def _is_seen(colour: bytes, ground: str) -> bool:
    return accent.contrast(f"#{colour.hex()}", ground) >= LEAST
