"""The server's protocol, with the connection handed to whoever answers with a stream."""

from typing import cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.live.transport import Transport

_EXTENSION = "assembly_week.wire"


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
