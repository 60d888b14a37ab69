"""Connections of calls to the outside: to an address that was checked, with one deadline for everything."""

import socket
import ssl
import threading
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

import httpcore

from app.domain.text.public_addresses import Allowed
from app.errors import Problem

MAX_LOOKUPS = 32
"""Names looked up at once by this process; a resolver that hangs holds its thread for longer than we wait for it."""
_PIECE = 64 * 1024  # bytes written at once


class AddressRefused(Problem):
    """The address leads where this server does not call: into a private network, or by something other than http."""

    status = 422
    title = "Address not allowed"


class CheckedBackend(httpcore.NetworkBackend):
    """Opens the connection of one call: to an address that was checked, with one deadline for everything."""

    def __init__(self, allowed: Allowed, *, is_plain: bool, deadline: float) -> None:
        self._allowed, self._is_plain, self._deadline = allowed, is_plain, deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a name that answers, once all of them are allowed."""
        addresses = _look_up(host, port, _remaining(self._deadline))
        for address in addresses:
            if flaw := self._allowed.flaw(address, is_plain=self._is_plain):
                raise AddressRefused(flaw)
        for index, address in enumerate(addresses):
            # What is left is shared among those to come: the first must not use it up.
            share = _remaining(self._deadline) / (len(addresses) - index)
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
            else:
                return _BoundedStream(stream, self._deadline)
        raise httpcore.ConnectError(f"no address for {host}")


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline of the call, however often bytes arrive until then."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._stream.read(max_bytes, _remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write piece by piece: each has the time that is left, where one call would begin it anew."""
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], _remaining(self._deadline))

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands and verify the certificate against the name."""
        secured = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline))
        return _BoundedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Tell what the connection knows."""
        return self._stream.get_extra_info(info)


def _remaining(deadline: float) -> float:
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("the deadline of the call is over")
    return seconds


_lookups = threading.BoundedSemaphore(MAX_LOOKUPS)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name, without zones; in a thread, because the system's resolver has no time-out."""
    if not _lookups.acquire(timeout=seconds):
        raise httpcore.ConnectTimeout("too many names are being looked up")
    found: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            _lookups.release()

    threading.Thread(target=ask, name="look up a name", daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout(f"{host} takes too long to look up") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    return list(dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in answer))
