"""Connections that streams write to themselves: an update to one viewer costs little more than its system call."""

from typing import Protocol, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "assembly_week.wire"


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


class WiredProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it; besides, whoever answers a GET may write chunks to the connection.

    Offered as an extension in the scope. From the answer's start to its last body, the connection is the answer's.
    Builds on uvicorn's internals (`parser`, `scope` and `transport` at the end of the headers, and chunked encoding of
    answers without a length): tests/web/test_live.py and tests/cli/test_protocol.py fail where an upgrade changes them.
    """

    def on_headers_complete(self) -> None:
        """Begin to answer; not for HEAD, whose answer has no body."""
        if self.parser.get_method() == b"GET":
            self.scope["extensions"] = {_EXTENSION: {"transport": self.transport}}
        super().on_headers_complete()


def transport_in(scope: Scope) -> Transport | None:
    """The connection a request came on; None where it is not to be written to, or another server took it."""
    extension = scope.get("extensions", {}).get(_EXTENSION)
    return cast("Transport", extension["transport"]) if extension else None


def chunk(body: bytes) -> bytes:
    """A part of a chunked answer (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(body), body)
