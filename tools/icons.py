"""Draw the icons of installed pages from the two SVG ones, and write the manifest that names them."""

import json
import struct
import sys
import zlib
from collections.abc import Iterator

import vl_convert

from app.web.http.render import STATIC, asset

PLAIN, MASKABLE = "favicon.svg", "icons/maskable.svg"
UNITS = 32
"""The width of both drawings."""
DRAWN = {
    "icons/192.png": (PLAIN, 192),
    "icons/512.png": (PLAIN, 512),
    "icons/maskable-192.png": (MASKABLE, 192),
    "icons/maskable-512.png": (MASKABLE, 512),
    "icons/apple-touch.png": (MASKABLE, 180),
}
"""Each picture's drawing and its size in pixels."""
PAPER = "#faf6ee"


def draw(drawing: str, size: int) -> bytes:
    """Return a drawing as a square PNG of this size in pixels, with a palette: the same in a fifth of the bytes."""
    svg = (STATIC / drawing).read_text(encoding="utf-8")
    sized = svg.replace("<svg ", f'<svg width="{UNITS}" height="{UNITS}" ', 1)
    return indexed(vl_convert.svg_to_png(sized, scale=size / UNITS), size)


def indexed(png: bytes, size: int) -> bytes:
    """Return a square RGBA picture (PNG, 8 bits a channel) of at most 256 colours with a palette of them."""
    rows = list(_pixels(png, size))
    colours = sorted({pixel for row in rows for pixel in row}, key=lambda colour: (colour[3], colour))
    index = {colour: number for number, colour in enumerate(colours)}
    lines = b"".join(bytes([0, *(index[pixel] for pixel in row)]) for row in rows)
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0),
        b"PLTE": b"".join(colour[:3] for colour in colours),
        b"tRNS": bytes(colour[3] for colour in colours),
        b"IDAT": zlib.compress(lines, 9),
        b"IEND": b"",
    }
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )


def _pixels(png: bytes, size: int) -> Iterator[list[bytes]]:
    """Each row's pixels, four bytes each, after the filters of PNG (its specification, chapter 9)."""
    at, packed = 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    raw, above = zlib.decompress(packed), bytearray(4 * size)
    for start in range(0, len(raw), 4 * size + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + 4 * size])
        for place in range(4 * size):
            left, corner = (row[place - 4], above[place - 4]) if place >= 4 else (0, 0)
            row[place] = (row[place] + _foretold(kind, left, above[place], corner)) % 256
        yield [bytes(row[place : place + 4]) for place in range(0, 4 * size, 4)]
        above = row


def _foretold(kind: int, left: int, up: int, corner: int) -> int:
    """The byte that a filter expects: nothing, left, up, their mean, or the one nearest to left + up - corner."""
    nearest = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
    return (0, left, up, (left + up) // 2, nearest)[kind]


def manifest() -> dict[str, object]:
    """Return the web app manifest (W3C); the colours are those of a page by day."""

    def icon(name: str, purpose: str) -> dict[str, str]:
        if name.endswith(".svg"):
            return {"src": asset(name), "type": "image/svg+xml", "sizes": "any", "purpose": purpose}
        size = DRAWN[name][1]
        return {"src": asset(name), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}

    plain, maskable = (["icons/192.png", "icons/512.png", PLAIN], [name for name in DRAWN if "/maskable-" in name])
    return {
        "id": "/",
        "name": "Assembly Week",
        "short_name": "Assembly",
        "description": "A week of customer-support shifts as a game.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [icon(name, "any") for name in plain] + [icon(name, "maskable") for name in [*maskable, MASKABLE]],
        "shortcuts": [
            {"name": "Board", "url": "/"},
            {"name": "Shifts", "url": "/shifts"},
            {"name": "My team", "url": "/me"},
        ],
    }


def main() -> int:
    """Write the pictures, then the manifest."""
    for name, (drawing, size) in DRAWN.items():
        (STATIC / name).write_bytes(draw(drawing, size))
    text = json.dumps(manifest(), indent=2, ensure_ascii=False)
    (STATIC / "manifest.webmanifest").write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
