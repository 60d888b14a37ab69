"""A client that is quicker than the servers: keep-alive HTTP/1.1 on bare sockets, each sending when answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import uvloop


@dataclass(frozen=True, slots=True)
class Load:
    """The outcome of one round: requests a second, and the count of each status."""

    rate: float
    statuses: Mapping[int, int]

    def only(self, *expected: int) -> float:
        """The rate, if every answer had one of these statuses; raises RuntimeError otherwise."""
        if strange := set(self.statuses) - set(expected):
            raise RuntimeError(f"the server answered {sorted(strange)}, not {expected}")
        return self.rate


class _Connection(asyncio.Protocol):
    """One client: sends the next request as soon as the one before is answered, until there are no more."""

    def __init__(self, requests: Iterator[bytes], statuses: Counter[int]) -> None:
        self._requests = requests
        self._statuses = statuses
        self._received = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if status := _complete(self._received):
            self._statuses[status] += 1
            self._received = b""
            self._send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def _send_next(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()


def _complete(received: bytes) -> int | None:
    """The status of an answer with a Content-Length, once all of it is there."""
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return None
    _, _, rest = head.lower().partition(b"\r\ncontent-length: ")
    return int(head[9:12]) if len(body) >= int(rest.partition(b"\r\n")[0]) else None


def drive(port: int, requests: Iterator[bytes], *, clients: int) -> Load:
    """Send all requests with so many clients at once and wait for the answers."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(port, requests, clients))


async def _drive(port: int, requests: Iterator[bytes], clients: int) -> Load:
    statuses: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: _Connection(requests, statuses), "127.0.0.1", port) for _ in range(clients)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    return Load(statuses.total() / (time.perf_counter() - began), statuses)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
