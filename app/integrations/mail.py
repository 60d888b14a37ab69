"""Mail: one message at a time, handed to the SMTP server of the settings."""

import smtplib
import socket
import ssl
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from functools import cache

from app.bulkheads import Bulkhead
from app.config import Settings
from app.config.smtp import Server, parse_sender, parse_server
from app.domain.text.direction import apart, isolated
from app.errors import MailNotSent, MailRejected

SECONDS = 10  # for each answer of the server; a message has twice as long in all
MAX_AT_ONCE = 4  # connections to a server that may limit them itself
WAIT_SECONDS = 5  # of somebody who looks on, before they are told to try later
QUEUE_SECONDS = 60  # for a thread, where nobody looks on: several slow messages may be ahead
CROWDED = "Too many messages are on their way to a slow mail server. Try again in a few minutes."
VERBATIM = frozenset({"List-Unsubscribe", "References", "In-Reply-To"})
_AGAIN = "Try again later, or copy the link."


class _Policy(EmailPolicy):
    """Python's, but with addresses and ids as they are: it would encode those over 78 long, and they are read raw."""

    def fold(self, name: str, value: str) -> str:
        """The lines of a header."""
        return f"{name}: {value}{self.linesep}" if name in VERBATIM else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode("ascii") if name in VERBATIM else super().fold_binary(name, value)


@dataclass(frozen=True, slots=True)
class Message:
    """A message: a subject of one line, a plain text, and the same as HTML where there is one.

    `thread` is what all messages about one thing have in common; `unsubscribe` is the https address that ends messages
    of its kind at one POST (RFC 8058).
    """

    subject: str
    text: str
    html: str = ""
    thread: str = ""
    unsubscribe: str = ""


def sign_in_letter(name: str, link: str, minutes: int, site: str) -> Message:
    """The message that carries a sign-in link to a site, which is good once and for so many minutes."""
    return Message(
        f"Your sign-in link for {apart(site)}",
        f"Hello {isolated(name)},\n\n"
        f"this link signs you in to {apart(site)}:\n\n{link}\n\n"
        f"It works once, within {_duration(minutes)}. Don’t forward it: it signs in as you.\n\n"
        "Didn’t expect this? Ignore it.\n",
    )


def _duration(minutes: int) -> str:
    for size, one, many in ((1_440, "day", "days"), (60, "hour", "hours")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {one if count == 1 else many}"
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"


class Mailer:
    """Sends messages from one address through one server, each over a connection of its own.

    A few at once, in threads of their own, so that a server that says nothing keeps nothing else waiting.
    """

    def __init__(self, server: Server, sender: Address, seconds: float = SECONDS, wait: float = WAIT_SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._seconds, self._wait = seconds, wait
        self._threads = Bulkhead("mail", threads=MAX_AT_ONCE, seconds=QUEUE_SECONDS, sentence=CROWDED)

    async def deliver(
        self, to: str, name: str, message: Message, now: datetime, *, message_id: str | None = None
    ) -> None:
        """Send a message. Raises MailRejected, MailNotSent, or Busy where too many are on their way.

        One that is sent again has the `message_id` of the first time, so that mailboxes may show it once.
        """
        await self._threads.run(self.send, to, name, message, now, message_id, wait=self._wait)

    def send(self, to: str, name: str, message: Message, now: datetime, message_id: str | None = None) -> None:
        """Hand a message for one person to the server: `seconds` for each step and twice that for all after the first.

        Raises MailRejected where it would fail again, else MailNotSent.
        """
        mime = self._compose(to, name, message, now, message_id)
        try:
            self._deliver(mime, to)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise MailRejected(
                "The mail server doesn’t take messages for this address. Check its spelling."
            ) from refusal
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            raise MailNotSent(f"The message could not be sent: {_why(failure)}. {_AGAIN}") from failure

    def _compose(self, to: str, name: str, message: Message, now: datetime, message_id: str | None) -> EmailMessage:
        if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in to + name + message.subject):
            raise MailRejected("Addresses, names and subjects of messages have one line and no control characters.")
        mime = EmailMessage(_Policy())
        try:
            mime["To"] = Address(display_name=name, addr_spec=to)
        except (MessageError, ValueError, IndexError) as error:
            raise MailRejected("This isn’t an email address that messages can be sent to.") from error
        mime["From"] = self._sender
        mime["Subject"] = message.subject
        mime["Date"] = format_datetime(now)
        domain = self._sender.domain
        mime["Message-ID"] = f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
        mime["Auto-Submitted"] = "auto-generated"
        if message.thread:
            # Each refers to a root that was never sent: whichever comes first, they stand together.
            mime["References"] = mime["In-Reply-To"] = f"<{message.thread}@{domain}>"
        if message.unsubscribe:
            mime["List-Unsubscribe"] = f"<{message.unsubscribe}>"
            mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Quoted-printable: lines of any length and any letters reach servers that know neither.
        mime.set_content(message.text, cte="quoted-printable")
        if message.html:
            mime.add_alternative(message.html, subtype="html", cte="quoted-printable")
        return mime

    def _deliver(self, mime: EmailMessage, to: str) -> None:
        with self._connect() as connection, _cut_after(2 * self._seconds, connection):
            if self._server.tls == "STARTTLS":
                connection.starttls(context=_certificates())
            if self._server.user:
                connection.login(self._server.user, self._server.password)
            connection.send_message(mime, self._sender.addr_spec, [to])

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        # Our name to the server is the sender's domain: the machine's own may take a slow look-up, and nobody needs it.
        if server.tls == "at once":
            return smtplib.SMTP_SSL(
                server.host, server.port, self._sender.domain, timeout=self._seconds, context=_certificates()
            )
        return smtplib.SMTP(server.host, server.port, self._sender.domain, timeout=self._seconds)


@contextmanager
def _cut_after(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Cut a connection that lasts too long, however slowly the server goes on. Raises TimeoutError then."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, smtplib.SMTPException) as failure:
        if is_over.is_set():
            raise TimeoutError from failure
        raise
    finally:
        timer.cancel()


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(failure: Exception) -> str:
    # smtplib calls a server that says nothing disconnected, and keeps the reason behind that.
    match failure.__context__ if isinstance(failure, smtplib.SMTPServerDisconnected) else failure:
        case TimeoutError():
            return "the mail server didn’t answer in time"
        case smtplib.SMTPAuthenticationError():
            return "the mail server didn’t take our login"
        case smtplib.SMTPNotSupportedError():
            return "the mail server lacks something that we need of it, such as encryption or login"
        case smtplib.SMTPSenderRefused():
            return "the mail server doesn’t take messages from our address"
        case ssl.SSLError():
            return "the way to the mail server could not be encrypted"
        case smtplib.SMTPResponseException():
            return "the mail server didn’t take it"
        case _:
            return "the mail server can’t be reached, or doesn’t speak SMTP"


def mailer(settings: Settings) -> Mailer | None:
    """The mailbox of these settings; None where no server is named."""
    if settings.smtp_url is None:
        return None
    return Mailer(parse_server(settings.smtp_url.get_secret_value()), parse_sender(settings.mail_from))
