"""Connections that streams write to themselves: an update to one viewer costs little more than its system call."""

from typing import Protocol


class Transport(Protocol):
    """The part of asyncio's transport that streams use."""

    def write(self, data: bytes) -> None:
        """Send as much as the viewer takes now, and keep the rest until it takes more."""

    def get_write_buffer_size(self) -> int:
        """The number of bytes that the viewer has not taken yet."""

    def is_closing(self) -> bool:
        """Tell whether the viewer has left, so that nothing must be written any more."""

    def abort(self) -> None:
        """Hang up, and forget what was not taken."""


def chunk(body: bytes) -> bytes:
    """A part of a chunked answer (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(body), body)
