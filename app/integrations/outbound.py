"""Calls to addresses people typed: to public servers only, checked at the moment of connecting, one answer in all."""

import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from urllib.parse import SplitResult

import httpcore

from app.domain.text import urls
from app.domain.text.public_addresses import Allowed
from app.errors import Problem
from app.integrations.guarded_connection import AddressRefused, CheckedBackend

__all__ = ["AddressRefused", "Answer", "Outbound", "Unreachable", "parse_url"]

SECONDS = 10.0
"""For all of a call: looking the name up, connecting, sending and the whole answer."""
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer."""


class Unreachable(Problem):
    """No answer, or none that is one: no such name, no connection, no valid certificate, too slow or too large.

    `was_sent` is unset where no connection came about, so that the other side can't have done anything.
    """

    status = 502
    title = "No answer"

    def __init__(self, detail: str, *, was_sent: bool = True) -> None:
        super().__init__(detail)
        self.was_sent = was_sent


def parse_url(url: str) -> SplitResult:
    """The parts of an http or https address. Raises AddressRefused for anything else."""
    try:
        return urls.parse(url)
    except ValueError as flaw:
        raise AddressRefused(str(flaw)) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of any status, redirects too: nobody follows them. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """A client for addresses that people typed, which might lead into the network this server stands in.

    The name is looked up here, every address it has is checked, and the connection goes to one that was checked, so a
    name that changes its mind in between gains nothing. TLS is verified against the name. Redirects are not followed,
    proxies of the environment not asked, nothing is decompressed. `timeout` (seconds) bounds the whole call, also for
    a server that sends a byte now and then. An answer over `largest` bytes is Unreachable, or with `cuts` what fits.

    Private addresses are allowed in `networks` (such as `10.1.2.0/24`), and everywhere with `allow_private`; only
    there plain http is.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout: float = SECONDS,
        networks: Sequence[str] = (),
        largest: int = LARGEST,
        cuts: bool = False,
    ) -> None:
        self._allowed = Allowed(private=allow_private, networks=networks)
        self._timeout, self._largest, self._cuts = timeout, largest, cuts

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Answer:
        """Send a request and return the answer. Raises AddressRefused, Unreachable, or ValueError for bad headers."""
        parts = parse_url(url)
        deadline = monotonic() + self._timeout
        backend = CheckedBackend(self._allowed, is_plain=parts.scheme == "http", deadline=deadline)
        request = httpcore.Request(
            method, _target(parts), headers=_sent(method, parts, headers or {}, content), content=content,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write"), self._timeout)},
        )  # fmt: skip
        try:
            with httpcore.HTTPConnection(
                request.url.origin, ssl_context=_certificates(), network_backend=backend
            ) as connection:
                response = connection.handle_request(request)
                try:
                    body = self._read(response.iter_stream())
                finally:
                    response.close()
        except httpcore.TimeoutException as error:
            was_sent = not isinstance(error, httpcore.ConnectTimeout)
            sentence = f"{parts.hostname} didn’t answer within {self._timeout:g} seconds."
            raise Unreachable(sentence, was_sent=was_sent) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            was_sent = not isinstance(error, httpcore.ConnectError)
            raise Unreachable(_reason(parts, error), was_sent=was_sent) from error
        return Answer(response.status, _received(response.headers), body)

    def connect(self, url: str) -> socket.socket:
        """Connect to the host of an address and return the connection, not yet secured, for whoever speaks over it.

        Raises AddressRefused or Unreachable.
        """
        parts = parse_url(url)
        is_plain = parts.scheme == "http"
        backend = CheckedBackend(self._allowed, is_plain=is_plain, deadline=monotonic() + self._timeout)
        host = (parts.hostname or "").encode("idna").decode()
        try:
            stream = backend.connect_tcp(host, parts.port or (80 if is_plain else 443), self._timeout)
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise Unreachable(_reason(parts, error), was_sent=False) from error
        found: socket.socket = stream.get_extra_info("socket")
        found.setblocking(False)
        return found

    def _read(self, pieces: Iterable[bytes]) -> bytes:
        body = bytearray()
        for piece in pieces:
            body += piece
            if len(body) > self._largest and not self._cuts:
                raise Unreachable(f"The answer is larger than {self._largest // 1024:,} KiB.")
            if len(body) >= self._largest and self._cuts:
                break
        return bytes(body[: self._largest])


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _target(parts: SplitResult) -> httpcore.URL:
    host = (parts.hostname or "").encode("idna")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme.encode(), host=host, port=parts.port, target=target.encode())


def _sent(method: str, parts: SplitResult, headers: Mapping[str, str], content: bytes) -> list[tuple[bytes, bytes]]:
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    ours = {
        "Host": host if parts.port is None else f"{host}:{parts.port}",
        "User-Agent": "assembly-week",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if content or method not in {"GET", "HEAD", "DELETE"}:
        ours["Content-Length"] = str(len(content))
    given = {name.lower() for name in headers}
    every = {name: value for name, value in ours.items() if name.lower() not in given} | dict(headers)
    for name, value in every.items():
        if not (name + value).isprintable() or not value.isascii():
            raise ValueError(f"The header {name!r} has characters that no header has.")
    return [(name.encode("ascii"), value.strip().encode("ascii")) for name, value in every.items()]


def _received(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    received: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        received[key] = f"{received[key]}, {text}" if key in received else text
    return received


def _reason(parts: SplitResult, error: Exception) -> str:
    cause = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment] # one of them is there
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The certificate of {parts.hostname} isn’t valid: {cause.verify_message}."
    if isinstance(cause, socket.gaierror):
        return f"There’s no server by the name {parts.hostname}."
    if isinstance(error, httpcore.ProtocolError):
        return f"{parts.hostname} sent something that isn’t an answer."
    return f"{parts.hostname} can’t be reached: no connection, or it was cut."
