"""The mail server and the sender, as the settings write them."""

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.domain.text.hosts import is_loopback

Tls = Literal["at once", "STARTTLS", "never"]

_PORTS = {"smtp": 587, "smtps": 465}
_FLAW = (
    "ASSEMBLY_WEEK_SMTP_URL must look like smtp://user:password@mail.example.com:587 or smtps://mail.example.com; "
    "“?tls=always” and “?tls=never” may follow smtp://, and characters such as @ : / in the password are written "
    "%40 %3A %2F."
)


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server: where it is, how the way to it is protected, who we are to it."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)


def parse_sender(text: str) -> Address:
    """Parse `week@example.com` or `Assembly Week <week@example.com>`. Raises ValueError with a sentence."""
    try:
        ((name, address),) = getaddresses([text])
        sender = Address(display_name=name, addr_spec=address)
    except (MessageError, ValueError, IndexError):
        sender = Address()
    if not (sender.username and sender.domain and text.isprintable()):
        raise ValueError("ASSEMBLY_WEEK_MAIL_FROM must be one address, such as Assembly Week <week@example.com>.")
    return sender


def parse_server(url: str) -> Server:
    """Parse an address like `smtp://user:password@mail.example.com:587`. Raises ValueError with a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise ValueError(_FLAW) from None
    if not (port and parts.hostname) or parts.path not in {"", "/"} or parts.fragment or not url.isprintable():
        raise ValueError(_FLAW)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError("ASSEMBLY_WEEK_SMTP_URL: the user's name and the password can only have ASCII characters.")
    return Server(parts.hostname, port, _tls(parts), user, password)


def _tls(parts: SplitResult) -> Tls:
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if query.keys() - {"tls"} or query.get("tls", "always") not in {"always", "never"}:
        raise ValueError(_FLAW)
    if parts.scheme == "smtps":
        if query.get("tls") == "never":
            raise ValueError(_FLAW)
        return "at once"
    default = "never" if is_loopback(parts.hostname or "") else "always"
    return "STARTTLS" if query.get("tls", default) == "always" else "never"
