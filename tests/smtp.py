"""A real SMTP server in this process, and what it keeps."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Postbox:
    """The server's inbox, and the addresses it refuses."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refusal = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 (aiosmtpd's names)
        """Take the recipient, or not."""
        if self.refusal.startswith("550"):
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's names)
        """Keep the message, or not."""
        if self.refusal:
            return self.refusal
        self.envelopes.append(envelope)
        return "250 OK"

    def message(self) -> EmailMessage:
        """The only one there is, as a mail program reads it."""
        (envelope,) = self.envelopes
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@contextmanager
def smtp_server(postbox: Postbox, **wishes: Any) -> Iterator[int]:
    """A running server; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **wishes)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
