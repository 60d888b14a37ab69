"""Blocks of a gzip stream: anybody can join at any of them."""

import os
import zlib

from hypothesis import given
from hypothesis import strategies as st

from app.live.gzip_blocks import HEADER, block


def unpacked(*blocks: bytes) -> list[bytes]:
    """The text a browser has after each block."""
    browser = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return [browser.decompress(each) for each in (HEADER, *blocks)][1:]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.data())
def test_block_is_read_at_once_by_whoever_joins_anywhere(messages: list[bytes], data: st.DataObject) -> None:
    blocks = [block(message) for message in messages]
    joined = data.draw(st.integers(0, len(blocks) - 1))

    assert unpacked(*blocks[joined:]) == messages[joined:]


def test_block_is_small_and_the_same_for_the_same_bytes() -> None:
    message = b'<hx-partial hx-target="#team-1" hx-swap="outerMorph">Owls</hx-partial>' * 30

    assert block(message) == block(message)
    assert len(block(message)) < len(message) / 10


def test_block_takes_as_much_as_there_is() -> None:
    message = os.urandom(300_000)

    assert unpacked(block(message)) == [message]
