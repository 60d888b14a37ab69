"""Event streams: the answers on which viewers watch."""

import asyncio
from typing import cast

from starlette import types
from starlette.responses import Response

from app.live import gzip_blocks
from app.live.channels import Viewer
from app.live.messages import Reading
from app.live.publisher import Subscription
from app.live.transport import Transport, chunk
from app.web.http import content_coding
from app.web.wired_protocol import transport_in


class EventStream(Response):
    """Server-sent events: the whole state at once, then again after every change, always the newest.

    Where the connection cannot be written to, and while the server stops, it is the state alone; readers ask again.
    """

    media_type = "text/event-stream"

    def __init__(self, subscription: Subscription) -> None:
        is_gzip = subscription.reading.is_gzip
        # X-Accel-Buffering: nginx would hold messages back until its buffer is full.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": content_coding.VARY}
        super().__init__(headers=headers | ({"Content-Encoding": "gzip"} if is_gzip else {}))
        self.raw_headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        self._publisher, self._channel, self._needs = subscription.publisher, subscription.channel, subscription.needs
        self._network, self._credential = subscription.network, subscription.credential
        self._reading = subscription.reading

    async def __call__(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        """Send until the viewer leaves, is dropped, or the server stops."""
        wire, rest = transport_in(scope), b""
        if await _has_left(wire, receive):
            return
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if wire is None or self._publisher.is_closing:
            rest = self._channel.body(Reading(self._reading.has)) or b""
            rest = content_coding.compress(rest) if self._reading.is_gzip else rest
        else:
            await self._watch(wire, receive)
            if await _has_left(wire, receive):
                return
        await send({"type": "http.response.body", "body": rest})

    async def _watch(self, wire: Transport, receive: types.Receive) -> None:
        """Be a viewer; what there is to send is sent by the channel. Returns when the stream is over."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        viewer = Viewer(self._network, self._credential, self._needs, wire, task, self._reading)
        try:
            with self._publisher.seat(self._channel, viewer):
                if self._reading.is_gzip and not wire.is_closing():
                    wire.write(chunk(gzip_blocks.HEADER))
                viewer.send(self._channel)
                while (await receive())["type"] != "http.disconnect":
                    pass
        except asyncio.CancelledError:
            if not viewer.is_over:
                raise
            # We cancelled it ourselves, to end the wait: the answer still has to be closed, and a time limit or task
            # group further out must not take the cancellation for its own (it asks `task.cancelling()`).
            task.uncancel()


async def _has_left(wire: Transport | None, receive: types.Receive) -> bool:
    """Tell whether the viewer has left; then the server has noticed too, and expects no end of the answer.

    A write to a closed connection is an error in the log, and a connection is closed a moment before we hear of it.
    """
    if wire is None or not wire.is_closing():
        return False
    while (await receive())["type"] != "http.disconnect":
        pass
    return True
