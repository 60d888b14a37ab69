"""One message for many: the same bytes to everybody, in turn, and nobody waits for who does not read."""

import asyncio
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from app.live.channels import StreamChannel, Viewer
from app.live.gzip_blocks import HEADER
from app.live.messages import Reading
from app.live.transport import chunk


class FakeWire:
    """A connection; its other side takes nothing while it is `busy`."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.busy = self.closing = self.aborted = False

    def write(self, data: bytes) -> None:
        """Note what is sent; who has left must not be written to."""
        assert not self.closing
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        """Something while busy."""
        return 10 if self.busy else 0

    def is_closing(self) -> bool:
        """Tell whether the other side has left."""
        return self.closing

    def abort(self) -> None:
        """Note that we hung up."""
        self.aborted = True


def body_of(part: bytes) -> bytes:
    """The content of a part of a chunked answer."""
    size, _, rest = part.partition(b"\r\n")
    return rest[: int(size, 16)]


def unpacked(blocks: list[bytes]) -> bytes:
    """The parts of a gzip stream as a browser decodes them."""
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(b"".join(blocks))


def told(story: Callable[[], Any]) -> Callable[[], None]:
    """A test that needs a loop."""

    @wraps(story)
    def test() -> None:
        asyncio.run(story())

    return test


async def watching(channel: StreamChannel, *, is_gzip: bool = False) -> tuple[Viewer, FakeWire]:
    """Somebody who watches this channel, with the task of a request that does nothing but wait."""
    wire, task = FakeWire(), asyncio.create_task(asyncio.sleep(60))
    viewer = Viewer("127.0.0.1", None, "read", wire, task, Reading(is_gzip=is_gzip))
    channel.viewers.add(viewer)
    await asyncio.sleep(0)
    return viewer, wire


@told
async def test_everybody_gets_the_same_bytes_once() -> None:
    channel = StreamChannel()
    wires = [(await watching(channel))[1] for _ in range(250)]

    channel.put("1", channel.numbered(b"one"))
    await channel.broadcast()
    await channel.broadcast()

    assert [wire.written for wire in wires] == [[b"3\r\none\r\n"]] * 250
    assert len({id(wire.written[0]) for wire in wires}) == 1


@told
async def test_everybody_who_takes_gzip_gets_the_same_block_once_it_is_packed() -> None:
    channel = StreamChannel()
    packed = [await watching(channel, is_gzip=True) for _ in range(5)]
    _, plain = await watching(channel)
    message = channel.numbered(b"one")
    channel.put("1", message)

    await channel.broadcast()
    waiting = [list(wire.written) for _, wire in packed], channel.unmade
    message.make(Reading(is_gzip=True))
    await channel.broadcast()
    await channel.keep_alive()

    said = [unpacked([HEADER, *map(body_of, wire.written)]) for _, wire in packed]
    assert waiting == ([[]] * 5, {Reading(is_gzip=True)})
    assert said == [b"one: still here\n\n"] * 5
    assert len({id(wire.written[0]) for _, wire in packed}) == 1
    assert plain.written == [chunk(b"one"), chunk(b": still here\n\n")]


@told
async def test_slow_viewer_keeps_nobody_waiting_and_skips_to_the_newest() -> None:
    channel = StreamChannel()
    (_, slow), (_, quick) = await watching(channel), await watching(channel)
    slow.busy = True
    for number in (b"one", b"two", b"three"):
        channel.put(number.decode(), channel.numbered(number))
        await channel.broadcast()

    slow.busy = False
    await channel.broadcast()

    assert quick.written == [chunk(b"one"), chunk(b"two"), chunk(b"three")]
    assert slow.written == [chunk(b"three")]


@told
async def test_message_that_comes_while_another_goes_out_reaches_everybody() -> None:
    channel = StreamChannel()
    wires = [(await watching(channel))[1] for _ in range(250)]
    channel.put("1", channel.numbered(b"one"))
    going_out = asyncio.create_task(channel.broadcast())
    await asyncio.sleep(0)

    channel.put("2", channel.numbered(b"two"))
    await going_out
    await channel.broadcast()

    assert [wire.written[-1] for wire in wires] == [chunk(b"two")] * 250
    assert {len(wire.written) for wire in wires} == {1, 2}


@told
async def test_same_message_under_a_new_mark_is_not_sent_again() -> None:
    channel = StreamChannel()
    _, wire = await watching(channel)
    channel.put("1", channel.numbered(b"one"))
    await channel.broadcast()

    channel.put("2", channel.numbered(b"one"))
    await channel.broadcast()

    assert wire.written == [chunk(b"one")]


@told
async def test_nothing_is_written_to_who_has_left() -> None:
    channel = StreamChannel()
    _, gone = await watching(channel)
    gone.closing = True

    channel.put("1", channel.numbered(b"one"))
    await channel.broadcast()
    await channel.keep_alive()

    assert gone.written == []


@told
async def test_comment_goes_to_quiet_connections_only() -> None:
    channel = StreamChannel()
    (_, quiet), (_, busy) = await watching(channel), await watching(channel)
    busy.busy = True

    await channel.keep_alive()

    assert (quiet.written, busy.written) == ([chunk(b": still here\n\n")], [])


@told
async def test_viewer_is_stuck_only_while_it_has_not_taken_what_was_sent_long_ago() -> None:
    channel = StreamChannel()
    channel.put("1", channel.numbered(b"one"))
    viewer, wire = await watching(channel)
    viewer.send(channel)

    found = [viewer.is_stuck(-1)]
    wire.busy = True
    found += [viewer.is_stuck(-1), viewer.is_stuck(30)]

    assert found == [False, True, False]


@told
async def test_ending_cuts_off_who_does_not_read_and_nobody_else() -> None:
    channel = StreamChannel()
    (reader, reading), (sleeper, sleeping) = await watching(channel), await watching(channel)
    sleeping.busy = True

    for viewer in (reader, sleeper, sleeper):
        viewer.end()
    await asyncio.wait([reader.task, sleeper.task])

    assert (reading.aborted, sleeping.aborted) == (False, True)
    assert reader.task.cancelled()
    assert (reader.task.cancelling(), sleeper.task.cancelling()) == (1, 1)
