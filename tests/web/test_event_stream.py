"""A stream whose viewer left while it began or ended: nothing is written to a connection that is closed."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.live.messages import Reading
from app.web.event_stream import EventStream
from app.web.wired_protocol import _EXTENSION


class Closed:
    """A connection that is closed, as uvloop tells and has it."""

    def is_closing(self) -> bool:
        """Tell that it is."""
        return True

    def write(self, data: bytes) -> None:
        """Fail, as uvloop does."""
        raise RuntimeError("the handler is closed")


def test_a_viewer_who_has_left_is_sent_nothing() -> None:
    asyncio.run(asyncio.wait_for(_answer(), 5))


async def _answer() -> None:
    stream = EventStream(
        cast(
            "Any",
            SimpleNamespace(publisher=None, channel=None, needs=None, network="", credential="", reading=Reading()),
        )
    )
    heard = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        pytest.fail(f"{message} was sent")

    await stream({"type": "http", "extensions": {_EXTENSION: {"transport": Closed()}}}, receive, send)

    assert next(heard, None) is None
