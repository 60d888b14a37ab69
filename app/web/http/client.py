"""The client of a request: its address and network, and the beginning of the addresses we give away."""

from ipaddress import ip_address, ip_network

from starlette.requests import Request

from app.config import Settings

NO_ADDRESS = "no address"


def address_of(request: Request) -> str:
    """The client's address; empty where there is none."""
    return request.client.host if request.client else ""


def network_of(request: Request) -> str:
    """The network that limits count tries for: an IPv4 address, or the /64 that one customer has of IPv6.

    All that is no address counts as one: a proxy may hand on what clients call themselves, a new name each time.
    """
    try:
        found = ip_address(address_of(request))
    except ValueError:
        return NO_ADDRESS
    if found.version == 4:
        return found.compressed
    return found.ipv4_mapped.compressed if found.ipv4_mapped else str(ip_network((found, 64), strict=False))


def base_of(request: Request, settings: Settings) -> str:
    """The beginning of every address we give away, without a slash at its end: as configured, else as asked for."""
    return settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
