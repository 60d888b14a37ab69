"""The same stream with sse-starlette: one bell, the newest message, no queue for a viewer."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Newest:
    """The newest message, and a bell that rings when there is a newer one."""

    def __init__(self) -> None:
        self.text = ""
        self.number = 0
        self.bell = asyncio.Event()

    def take(self, text: str) -> None:
        """Make this the newest message."""
        self.text = text
        self.number += 1
        self.bell.set()
        self.bell.clear()


newest = Newest()


async def messages() -> AsyncIterator[ServerSentEvent]:
    """The newest message now, and again whenever there is a newer one."""
    seen = 0
    while True:
        while seen == newest.number:
            await newest.bell.wait()
        seen = newest.number
        yield ServerSentEvent(newest.text, event="board", id=str(seen))


async def live(request: Request) -> Response:
    """A stream of messages."""
    return EventSourceResponse(messages())


async def publish(request: Request) -> Response:
    """Send this body to everybody."""
    newest.take((await request.body()).decode())
    return Response(status_code=202)


app = Starlette(routes=[Route("/live", live), Route("/publish", publish, methods=["POST"])])
