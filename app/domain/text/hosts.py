"""Host names and addresses: which are this very machine, and which may be asked over the network."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address (without brackets or port) never leaves this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def https_flaw(url: object, *, plain: bool) -> str | None:
    """Tell why an address isn't one to ask over https, as the end of a sentence; None for a good one.

    `plain` allows http to this machine.
    """
    try:
        parts = urlsplit(url) if isinstance(url, str) and url.isprintable() else SplitResult("", "", "", "", "")
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "isn’t an address"
    if parts.scheme not in {"https", "http"} or not host or parts.username is not None or parts.fragment:
        return "isn’t a plain https address"
    if parts.scheme == "http" and not (plain and is_loopback(host)):
        return "isn’t https"
    return None
