"""Host names: which of them are this very machine."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host name or address (without brackets or port) never leaves this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
