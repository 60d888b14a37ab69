"""Pictures for tests (PNG), written by hand, good ones and others."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BLACK, WHITE, CLEAR, GREEN = bytes([0, 0, 0, 255]), bytes([255] * 4), bytes(4), bytes([29, 104, 73, 255])


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """A chunk with its length and its check sum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def head(width: int, height: int, depth: int = 8, colour_type: int = 6, interlace: int = 0) -> bytes:
    """The first chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace))


def png(header: bytes, rows: bytes, *before: bytes, after: bytes = b"") -> bytes:
    """A picture of these rows, each with its filter in front, and further chunks before them and behind the end."""
    return SIGNATURE + header + b"".join(before) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND") + after


def badge(colour: bytes = GREEN, width: int = 40, height: int = 20) -> bytes:
    """A rectangle of one colour (RGBA) in the middle of nothing."""
    edge, middle = width // 4, height // 4
    empty = b"\0" + CLEAR * width
    row = b"\0" + CLEAR * edge + colour * (width - 2 * edge) + CLEAR * edge
    return png(head(width, height), empty * middle + row * (height - 2 * middle) + empty * middle)
