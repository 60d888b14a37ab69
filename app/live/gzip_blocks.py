"""Compressed streams: blocks that any viewer can be sent after the same beginning, whatever they were sent before."""

import zlib

# A gzip stream may hold any number of raw deflate blocks (RFC 1952, 2.3; RFC 1951). Each of ours is made by itself and
# ends with a flush to a whole byte, so it refers to nothing that came before: equal bytes serve every viewer, and one
# who comes later joins with the next block. The end of the stream, with its checksum, never comes: streams are cut off.
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LEVEL, _QUICK_LEVEL = 6, 1
_LARGE_BYTES = 200_000  # above, the sixth level takes more than 5 ms


def block(data: bytes) -> bytes:
    """Return the bytes compressed, as a part of a gzip stream."""
    deflate = zlib.compressobj(_LEVEL if len(data) < _LARGE_BYTES else _QUICK_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)
