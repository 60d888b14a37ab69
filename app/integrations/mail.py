"""Mail: one plain message at a time, handed to the SMTP server of the settings."""

import smtplib
import ssl
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, make_msgid
from functools import cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.config import Settings
from app.domain.hosts import is_loopback
from app.errors import MailNotSent, Malformed

SECONDS = 10
_PORTS = {"smtp": 587, "smtps": 465}
_AGAIN = "Try again in a few minutes; if it stays so, an organizer can give you a link by other means."


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server: where it is, how the way to it is protected, who we are to it."""

    host: str
    port: int
    tls: str  # "at once", "STARTTLS" or "never"
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says: a subject of one line and a plain text."""

    subject: str
    text: str


def sign_in_letter(name: str, link: str, minutes: int) -> Letter:
    """The message that carries a sign-in link, which is good once and for so many minutes."""
    return Letter(
        "Your sign-in link for Assembly Week",
        f"Hello {name},\n\n"
        f"this link signs you in to Assembly Week:\n\n{link}\n\n"
        f"It works once, within {_duration(minutes)}. Keep it to yourself: whoever opens it is signed in as you.\n\n"
        "You did not ask for it? Then there is nothing to do: without the link nobody gets in.\n",
    )


def _duration(minutes: int) -> str:
    for size, one, many in ((1_440, "day", "days"), (60, "hour", "hours")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {one if count == 1 else many}"
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"


class Mailbox:
    """Sends messages from one address through one server, each over a connection of its own."""

    def __init__(self, server: Server, sender: Address, seconds: float = SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._seconds = seconds

    def send(self, to: str, name: str, letter: Letter, now: datetime) -> None:
        """Hand a message for one person to the server; slow, `seconds` for each step. Raises MailNotSent."""
        message = self._compose(to, name, letter, now)
        try:
            self._deliver(message, to)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise MailNotSent(
                "The mail server does not take messages for this address. Check its spelling."
            ) from refusal
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            raise MailNotSent(f"The message could not be sent: {_why(failure)}. {_AGAIN}") from failure

    def _compose(self, to: str, name: str, letter: Letter, now: datetime) -> EmailMessage:
        if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in to + name + letter.subject):
            raise MailNotSent("Addresses, names and subjects of messages have one line and no control characters.")
        message = EmailMessage()
        try:
            message["To"] = Address(display_name=name, addr_spec=to)
        except (MessageError, ValueError, IndexError) as error:
            raise MailNotSent("This is not an e-mail address that messages can be sent to.") from error
        message["From"] = self._sender
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        # Quoted-printable: lines of any length and any letters reach servers that know neither.
        message.set_content(letter.text, cte="quoted-printable")
        return message

    def _deliver(self, message: EmailMessage, to: str) -> None:
        with self._connect() as connection:
            if self._server.tls == "STARTTLS":
                connection.starttls(context=_certificates())
            if self._server.user:
                connection.login(self._server.user, self._server.password)
            connection.send_message(message, self._sender.addr_spec, [to])

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        # Our name to the server is the sender's domain: the machine's own may take a slow look-up, and nobody needs it.
        if server.tls == "at once":
            return smtplib.SMTP_SSL(
                server.host, server.port, self._sender.domain, timeout=self._seconds, context=_certificates()
            )
        return smtplib.SMTP(server.host, server.port, self._sender.domain, timeout=self._seconds)


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(failure: Exception) -> str:
    # smtplib calls a server that says nothing disconnected, and keeps the reason behind that.
    match failure.__context__ if isinstance(failure, smtplib.SMTPServerDisconnected) else failure:
        case TimeoutError():
            return "the mail server did not answer in time"
        case smtplib.SMTPAuthenticationError():
            return "the mail server did not take our login"
        case smtplib.SMTPNotSupportedError():
            return "the mail server lacks something that we need of it, such as encryption or login"
        case smtplib.SMTPSenderRefused():
            return "the mail server does not take messages from our address"
        case ssl.SSLError():
            return "the way to the mail server could not be encrypted"
        case smtplib.SMTPResponseException():
            return "the mail server did not take it"
        case _:
            return "the mail server cannot be reached, or does not speak SMTP"


def mailbox(settings: Settings) -> Mailbox | None:
    """The mailbox of these settings; None where no server is named. Raises Malformed for settings without sense."""
    if not settings.smtp_url:
        return None
    found = Mailbox(parse_server(settings.smtp_url), parse_sender(settings.mail_from))
    if not settings.public_url:
        raise Malformed("Set ASSEMBLY_WEEK_PUBLIC_URL to the address people type: links in messages lead there.")
    return found


def parse_sender(text: str) -> Address:
    """The address of `week@example.com` or `Assembly Week <week@example.com>`. Raises Malformed."""
    try:
        ((name, address),) = getaddresses([text])
        sender = Address(display_name=name, addr_spec=address)
    except (MessageError, ValueError, IndexError):
        sender = Address()
    if not (sender.username and sender.domain and text.isprintable()):
        raise Malformed("ASSEMBLY_WEEK_MAIL_FROM must be one address, such as Assembly Week <week@example.com>.")
    return sender


def parse_server(url: str) -> Server:
    """The server that an address like `smtp://user:password@mail.example.com:587` names. Raises Malformed."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _malformed() from None
    if not (port and parts.hostname) or parts.path not in {"", "/"} or parts.fragment or not url.isprintable():
        raise _malformed()
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise Malformed("ASSEMBLY_WEEK_SMTP_URL: the user's name and the password can only have ASCII characters.")
    return Server(parts.hostname, port, _tls(parts), user, password)


def _tls(parts: SplitResult) -> str:
    wish = dict(parse_qsl(parts.query, keep_blank_values=True))
    if wish.keys() - {"tls"} or wish.get("tls", "always") not in {"always", "never"}:
        raise _malformed()
    if parts.scheme == "smtps":
        if wish.get("tls") == "never":
            raise _malformed()
        return "at once"
    default = "never" if is_loopback(parts.hostname or "") else "always"
    return "STARTTLS" if wish.get("tls", default) == "always" else "never"


def _malformed() -> Malformed:
    return Malformed(
        "ASSEMBLY_WEEK_SMTP_URL must look like smtp://user:password@mail.example.com:587 or smtps://mail.example.com; "
        "“?tls=always” and “?tls=never” may follow smtp://, and characters such as @ : / in the password are written "
        "%40 %3A %2F."
    )
