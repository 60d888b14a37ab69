"""HTTP/1.1 as we speak it: uvicorn's, but nothing a client sends, leaves out or delays costs without end."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.cli.limits import MAX_HEAD_BYTES, MAX_QUEUED, Patience, Room
from app.errors import Problem
from app.web.http import bare, request_ids
from app.web.wired_protocol import WiredProtocol

# What is being read of a request just now.
_NOTHING, _HEAD, _BODY = range(3)

_HOP_BY_HOP = {b"connection", b"upgrade", b"http2-settings"}


class _Refused(Exception):
    """Raised in a callback, it makes the parser give up."""

    def __init__(self, refusal: Problem) -> None:
        self.refusal = refusal


class LimitedProtocol(WiredProtocol):
    """One connection, within the limits of `app.cli.limits`.

    Builds on uvicorn's internals (`cycle`, `pipeline`, `flow`, `_start_asgi_task`): tests/cli/test_protocol.py fails
    where an upgrade changes them.
    """

    # Besides uvicorn's 28 attributes in a dict: one of more than 30 takes 1.1 KiB more for each connection.
    __slots__ = ("_answering", "_ends_at", "_head_bytes", "_heard_at", "_is_parting", "_keep_alive",
                 "_reading", "_refusal", "_refused_id", "_timer")  # fmt: skip

    patience: ClassVar[Patience] = Patience()
    room: ClassVar[Room | None] = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.timeout_keep_alive = self.patience.idle  # type: ignore[assignment] # call_later takes any number
        self._reading, self._head_bytes = _NOTHING, 0
        self._answering: RequestResponseCycle | None = None
        self._refusal: Problem | None = None
        self._refused_id = ""
        self._is_parting = self._keep_alive = False
        self._ends_at = self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for a request, or turn the client away where there are too many."""
        super().connection_made(transport)
        everybody = cast("set[LimitedProtocol]", self.connections)
        if self.room is not None and not self.room.has_place(self, everybody):
            self._turn_away()
        else:
            self._arm_idle()

    def _turn_away(self) -> None:
        self._refusal = bare.CROWDED
        self.transport.write(bare.written(self._refusal, None, request_ids.create()))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was queued; whoever still answers learns that nobody listens."""
        self._unset_keepalive_if_required()
        if self._timer is not None:
            self._timer.cancel()
        self.pipeline.clear()
        if self._answering is not None and not self._answering.response_complete:
            _cut_off(self._answering)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End after what is being answered; a client that was refused has had its time."""
        if self._is_parting:
            self.transport.close()
        else:
            super().shutdown()

    def idle_until(self) -> float | None:
        """The moment it is closed for being idle or refused; None while something is asked or answered."""
        if self._is_parting and self._timer is not None:
            return self._timer.when()
        waits = self.timeout_keep_alive_task is not None and self._reading == _NOTHING
        return self.timeout_keep_alive_task.when() if self.timeout_keep_alive_task is not None and waits else None

    # What is read

    def data_received(self, data: bytes) -> None:
        """Parse; a request that is not complete yet has its deadline."""
        if self._refusal is not None or self._is_parting:
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._read_again(data[offer.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse_malformed(error)
        else:
            if self._reading != _NOTHING:
                self._wait()

    def _read_again(self, body: bytes) -> None:
        """Ignore an offer to speak another protocol (RFC 9110, 7.8), for which the parser would drop the body."""
        head = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        lines = b"".join(b"%b: %b\r\n" % header for header in self.headers if header[0] not in _HOP_BY_HOP)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.data_received(head + lines + b"\r\n" + body)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._reading, self._ends_at, self._head_bytes = _HEAD, 0.0, 0
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header. A field after the body is counted and dropped: it must not pass for one (RFC 9110, 6.5.1)."""
        self._head_bytes += len(name) + len(value)
        if self._reading != _HEAD or self._head_bytes > MAX_HEAD_BYTES:
            self._count(0)
        else:
            super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise _Refused(bare.LONG_HEAD)

    def on_headers_complete(self) -> None:
        """Begin to answer, or let the request wait for its turn."""
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            return
        if len(self.pipeline) >= MAX_QUEUED:
            raise _Refused(bare.TOO_MANY_AHEAD)
        if self.timeout_keep_alive_task is not None:  # armed when the request before was answered meanwhile
            self._unset_keepalive_if_required()
        super().on_headers_complete()
        self._reading, self._ends_at, self._keep_alive = _BODY, 0.0, False
        if not self.pipeline:
            self._answering = self.cycle

    def on_message_complete(self) -> None:
        """The request is there as a whole; one that is read again is not."""
        if self._reading == _BODY:
            self._reading = _NOTHING
            if self._keep_alive and not self.cycle.response_started:
                self.cycle.keep_alive = True
            if not self.cycle.response_complete:
                self.cycle.more_body = False
                self.cycle.message_event.set()

    # What is answered

    def _is_answering(self) -> bool:
        return self._answering is not None and not self._answering.response_complete

    def on_response_complete(self) -> None:
        """Answer the next request, or part from a client that was refused meanwhile."""
        following = self.pipeline[-1][0] if self.pipeline else None
        super().on_response_complete()
        if following is not None or self.transport.is_closing():
            self._answering = following
            return
        if self._is_parting:
            self._unset_keepalive_if_required()
        elif self._refusal is not None:
            self._part()

    def _answer_gently(self) -> None:
        """Let an answer that comes before the whole request end the connection, and reach the client nevertheless.

        A client that waits for our 100 and gets its answer instead may or may not send the body after all (RFC 9110,
        10.1.1), and Go's proxies up to 1.22.4 send the next request in its place.
        """
        self._keep_alive, self.cycle.keep_alive = self.cycle.keep_alive, False
        self.cycle.transport = cast("asyncio.Transport", _GentleTransport(self.transport, self._close_gently))

    # Deadlines: one timer for each connection, looked at again when it goes off rather than set anew for each piece.

    def _arm_idle(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.patience.idle, self.timeout_keep_alive_handler)

    def _wait(self) -> None:
        """Note that a piece of a request came, and that there must be more of it."""
        self._heard_at = self.loop.time()
        if not self._ends_at:
            self._ends_at = self._heard_at + (self.patience.head if self._reading == _HEAD else self.patience.body)
        if self._reading == _BODY and self.cycle.transport is self.transport:
            self._answer_gently()
        self._arm()

    def _due(self) -> float:
        return min(self._ends_at, self._heard_at + self.patience.piece)

    def _arm(self) -> None:
        due = self._due()
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self.loop.call_at(due, self._look)

    def _look(self) -> None:
        """Refuse a request that is late; a client that we keep waiting is not."""
        self._timer = None
        if self._reading == _NOTHING or self._refusal is not None or self.transport.is_closing():
            return
        if self._waits_for_us():
            self._heard_at = self.loop.time()
            self._ends_at = max(self._ends_at, self._heard_at + self.patience.piece)
        if self._due() <= self.loop.time():
            self._refuse(bare.LATE_HEAD if self._reading == _HEAD else bare.LATE_BODY)
        else:
            self._arm()

    def _waits_for_us(self) -> bool:
        return self.flow.read_paused or (self._reading == _BODY and self.cycle.waiting_for_100_continue)

    # Refusals

    def _refuse_malformed(self, error: httptools.HttpParserError) -> None:
        if isinstance(error.__context__, _Refused):
            self._refuse(error.__context__.refusal)
            return
        self._refused_id = self._id_of_request()
        with request_ids.bound(self._refused_id):
            self.logger.warning("%s sent what is no HTTP: %s", self.client[0] if self.client else "somebody", error)
        self._refuse(bare.NO_HTTP)

    def _id_of_request(self) -> str:
        """Return the id of what is being read; a request that nobody answers yet has none but this."""
        return (request_ids.of(cast("Scope", self.scope)) if self._reading == _BODY else "") or request_ids.create()

    def _refuse(self, refusal: Problem) -> None:
        """End the connection with a refusal, after the answers to all that came before."""
        self._refusal = refusal
        self.flow.pause_reading()
        if self._reading == _BODY and self._cut_off_body().response_started:
            self.transport.close()
        elif not self._is_answering():
            self._part()

    def _cut_off_body(self) -> RequestResponseCycle:
        """Let whoever reads the body learn that there is no more of it, and send nothing of what they answer."""
        _cut_off(self.cycle)
        if self._answering is self.cycle:
            self._answering = None
        else:
            self.pipeline.popleft()
        return self.cycle

    def _part(self) -> None:
        if self._refusal is not None:
            scope = cast("Scope", self.scope) if self._reading == _BODY else None
            request_id = self._refused_id or self._id_of_request()
            self.transport.write(bare.written(self._refusal, scope, request_id))
        self._linger()

    def _close_gently(self) -> None:
        if self._reading == _BODY:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Say no more, and read on for a while: a client that is still sending would lose our answer to a reset."""
        self._is_parting = True
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self.transport.write_eof()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(self.patience.parting, self.transport.close)


class _GentleTransport:
    """The transport of an answer that may come before the whole request."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close


def _cut_off(cycle: RequestResponseCycle) -> None:
    cycle.disconnected = True
    cycle.message_event.set()
