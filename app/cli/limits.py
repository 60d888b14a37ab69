"""What the server reads of a request before any of our code sees it: not without end."""

from app.web.wire import WiredProtocol

MOST_HEAD_BYTES = 32_768


class LimitedProtocol(WiredProtocol):
    """uvicorn's protocol, which would keep as many headers as somebody cares to send."""

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one more after the body."""
        self._count(name, value)
        super().on_header(name, value)

    def _count(self, *parts: bytes) -> None:
        """Whatever is raised here makes the parser give up: the answer is 400, and the connection ends."""
        self._head_bytes += sum(map(len, parts))
        if self._head_bytes > MOST_HEAD_BYTES:
            raise ValueError(f"more than {MOST_HEAD_BYTES} bytes of headers")
