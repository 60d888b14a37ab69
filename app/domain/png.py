"""PNG (ISO/IEC 15948), as much of it as a logo takes: read strictly, at a bounded cost, and written anew."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_BYTES: Final = 262_144
MOST_PIXELS: Final = 512 * 512  # undoing the filters of so many takes a second at most
LEAST_SIDE, MOST_SIDE = 16, 1_024
TOO_LARGE: Final = f"The logo is larger than {MOST_BYTES // 1024} KiB. Make it smaller, then choose it again."
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8), 2: (8,), 3: (1, 2, 4, 8), 4: (8,), 6: (8,)}
_AGAIN: Final = "Save it as PNG again, then choose it."

Planes = tuple[bytes, bytes, bytes, bytes]
"""Red, green, blue and opacity of a row’s pixels, a byte each."""


class Picture(NamedTuple):
    """A picture as it came: its size, how pixels are written, and its rows with and without their filters."""

    width: int
    height: int
    depth: int
    colour_type: int
    palette: bytes
    transparency: bytes
    filtered: bytes
    rows: tuple[bytes, ...]

    def planes(self) -> Iterator[Planes]:
        """The colours of its pixels, row by row."""
        return (_planes(self, row) for row in self.rows)

    def to_png(self) -> bytes:
        """The picture and nothing else: no text, place or profile, no further picture, nothing behind its end."""
        head = struct.pack(">IIBBBBB", self.width, self.height, self.depth, self.colour_type, 0, 0, 0)
        parts = [(b"IHDR", head), (b"PLTE", self.palette), (b"tRNS", self.transparency)]
        parts = [part for part in parts if part[1]]
        parts += [(b"IDAT", zlib.compress(self.filtered)), (b"IEND", b"")]
        return SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def read(data: bytes) -> Picture:
    """Read a picture, whatever the bytes are. Raises ValueError with a sentence, before a large one makes work."""
    if len(data) > MOST_BYTES:
        raise ValueError(TOO_LARGE)
    if not data.startswith(SIGNATURE):
        raise ValueError("The logo isn’t a PNG. Save it as PNG, then choose it.")
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
    width, height, depth, colour_type, *methods = struct.unpack(">IIBBBBB", chunks[0][1])
    _check_form(width, height, depth, colour_type, methods)
    palette, transparency = _colours(chunks[1:], depth, colour_type)
    packed = b"".join(content for name, content in chunks if name == b"IDAT")
    length = _row_length(width, depth, colour_type)
    filtered = _inflate(packed, height * (1 + length))
    rows = tuple(_unfiltered(filtered, length, max(1, _CHANNELS[colour_type] * depth // 8)))
    picture = Picture(width, height, depth, colour_type, palette, transparency, filtered, rows)
    if colour_type == 3 and max(max(_samples(picture, row)) for row in rows) >= len(palette) // 3:
        raise ValueError(f"The logo uses colours that its file doesn’t have. {_AGAIN}")
    return picture


def _check_form(width: int, height: int, depth: int, colour_type: int, methods: list[int]) -> None:
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise ValueError(
            f"The logo has {width:,} × {height:,} pixels. Make it at most {MOST_SIDE:,} wide and high, with no more "
            "pixels in all than 512 × 512."
        )
    if min(width, height) < LEAST_SIDE:
        raise ValueError(f"The logo has {width} × {height} pixels. Make it at least {LEAST_SIDE} wide and high.")
    if depth == 16:
        raise ValueError("The logo has 16 bits a channel. Save it with 8 bits, then choose it again.")
    if depth not in _DEPTHS.get(colour_type, ()):
        raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
    if methods != [0, 0, 0]:
        raise ValueError("The logo is interlaced. Save it without interlacing, then choose it again.")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that a picture needs, up to its end; what else there is stays unread, and unknown ones are refused."""
    at = len(SIGNATURE)
    while at < len(data):
        name, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data) or len(name) < 4:
            break
        content = data[at + 8 : end - 4]
        if not name[0] & 0x20 or name == b"tRNS":
            if zlib.crc32(name + content) != int.from_bytes(data[end - 4 : end]) or name not in _NEEDED:
                raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
            yield name, content
        if name == b"IEND":
            return
        at = end
    raise ValueError(f"The logo’s file ends too early. {_AGAIN}")


_NEEDED: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})


def _colours(chunks: list[tuple[bytes, bytes]], depth: int, colour_type: int) -> tuple[bytes, bytes]:
    """The palette and what is transparent, as far as this type of picture has them."""
    names = [name for name, _ in chunks]
    found = dict(chunks)
    palette = found.get(b"PLTE", b"") if colour_type == 3 else b""
    transparency = found.get(b"tRNS", b"") if colour_type in (0, 2, 3) else b""
    size = {0: 2, 2: 6}.get(colour_type, len(transparency))
    is_sound = (
        b"IHDR" not in names
        and max(map(names.count, (b"PLTE", b"tRNS"))) <= 1
        and len(palette) % 3 == 0
        and (colour_type != 3 or 3 <= len(palette) <= 3 << depth)
        and (colour_type != 3 or len(transparency) <= len(palette) // 3)
        and len(transparency) in (0, size)
    )
    if not is_sound:
        raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
    return palette, transparency


def _inflate(packed: bytes, length: int) -> bytes:
    """The rows, exactly as many bytes as the size makes; never more memory than that, whatever was packed."""
    inflating = zlib.decompressobj()
    try:
        raw = inflating.decompress(packed, length + 1)
    except zlib.error:
        raw = b""
    if len(raw) != length or not inflating.eof:
        raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
    return raw


def _row_length(width: int, depth: int, colour_type: int) -> int:
    return (width * depth * _CHANNELS[colour_type] + 7) // 8


def _unfiltered(filtered: bytes, length: int, step: int) -> Iterator[bytes]:
    """The rows after the filters of chapter 9; `step` is the number of bytes from one pixel to the next."""
    above = bytes(length)
    for start in range(0, len(filtered), length + 1):
        above = _undone(filtered[start], filtered[start + 1 : start + 1 + length], above, step)
        yield above


def _undone(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes([(one + up) & 255 for one, up in zip(row, above, strict=True)])
    if kind not in (1, 3, 4):
        raise ValueError(f"The logo’s file is damaged. {_AGAIN}")
    out = bytearray(step) + row  # a pixel of nothing before the first one
    over = bytes(step) + above
    for place in range(step, len(out)):
        left = out[place - step]
        if kind == 1:
            out[place] = (out[place] + left) & 255
        elif kind == 3:
            out[place] = (out[place] + (left + over[place]) // 2) & 255
        else:
            out[place] = (out[place] + _nearest(left, over[place], over[place - step])) & 255
    return bytes(out[step:])


def _nearest(left: int, up: int, corner: int) -> int:
    """The one of the three that is nearest to left + up - corner, as filter 4 has it."""
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _samples(picture: Picture, row: bytes) -> bytes:
    """The samples of a row with one channel, a byte each."""
    depth = picture.depth
    if depth == 8:
        return row
    mask, places = (1 << depth) - 1, range(8 - depth, -1, -depth)
    return bytes([(byte >> place) & mask for byte in row for place in places][: picture.width])


def _planes(picture: Picture, row: bytes) -> Planes:
    hidden, all_there = picture.transparency, b"\xff" * picture.width
    match picture.colour_type:
        case 0:
            white, samples = (1 << picture.depth) - 1, _samples(picture, row)
            levels = samples.translate(bytes(min(level, white) * 255 // white for level in range(256)))
            clear = int.from_bytes(hidden) if hidden else -1
            opacity = samples.translate(bytes(0 if level == clear else 255 for level in range(256)))
            return levels, levels, levels, opacity
        case 2:
            red, green, blue = (row[channel::3] for channel in range(3))
            if not hidden:
                return red, green, blue, all_there
            clear_rgb = hidden[1], hidden[3], hidden[5]
            there = bytes(0 if colour == clear_rgb else 255 for colour in zip(red, green, blue, strict=True))
            return red, green, blue, there
        case 3:
            samples, colours = _samples(picture, row), picture.palette
            red, green, blue = (samples.translate(colours[channel::3].ljust(256, b"\0")) for channel in range(3))
            return red, green, blue, samples.translate(hidden.ljust(256, b"\xff"))
        case 4:
            return row[::2], row[::2], row[::2], row[1::2]
        case _:
            return row[::4], row[1::4], row[2::4], row[3::4]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
