"""People who have a page open, in a process of their own: they follow its stream and count the bytes."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def watching(port: int, path: str, number: int) -> Iterator[Any]:
    """So many people who follow a stream; what is given tells the bytes that each of them received."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=watch, args=(theirs, port, path, number), daemon=True)
    process.start()
    theirs.close()
    ours.recv()

    def received() -> int:
        ours.send("how much?")
        return int(ours.recv()) // number

    try:
        yield received
    finally:
        ours.close()
        process.join(5)
        process.kill()


def watch(pipe: "Connection[Any, Any]", port: int, path: str, number: int) -> None:
    """Open the streams, say so, and read until asked how much came."""
    asyncio.run(_watch(pipe, port, path, number))


async def _watch(pipe: "Connection[Any, Any]", port: int, path: str, number: int) -> None:
    received = 0
    everybody = asyncio.Barrier(number + 1)

    async def follow() -> None:
        nonlocal received
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        if b" 200 " not in await reader.readline():
            raise RuntimeError("the server does not stream")
        await everybody.wait()
        while data := await reader.read(65_536):
            received += len(data)

    async with asyncio.TaskGroup() as group:
        followers = [group.create_task(follow()) for _ in range(number)]
        await everybody.wait()
        pipe.send("here")
        await asyncio.to_thread(pipe.recv)
        await asyncio.sleep(1)
        pipe.send(received)
        for follower in followers:
            follower.cancel()
