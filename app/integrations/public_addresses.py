"""Addresses this server may call: parsed, and public ones told from those of private networks."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult

from app.domain.text import urls
from app.errors import Problem

_Address = IPv4Address | IPv6Address

_REFUSED = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; a cloud keeps its metadata here
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # a public number that leads into the host of a virtual machine at Azure
        "2002::/16",  # 6to4 and Teredo wrap an IPv4 address, any address
        "2001::/32",
        "3fff::/20",  # documentation
    )
)
_WRAPS_IPV4 = ip_network("64:ff9b::/96")  # NAT64, which is how a network of IPv6 alone reaches public IPv4 servers
_GLOBAL_IPV6 = ip_network("2000::/3")


class AddressRefused(Problem):
    """The address leads where this server does not call: into a private network, or by something other than http."""

    status = 422
    title = "Address not allowed"


class Allowed:
    """The addresses that may be connected to: public ones, those in `networks`, and with `private` every one."""

    def __init__(self, *, private: bool, networks: Sequence[str]) -> None:
        self._private = private
        self._networks = tuple(ip_network(network) for network in networks)

    def check(self, address: str, *, is_plain: bool) -> None:
        """Raise AddressRefused for an IP address (without a zone) that must not be called, or not in plain http."""
        ip = ip_address(address)
        if self._private or any(ip in network for network in self._networks):
            return
        if not is_public(ip):
            raise AddressRefused(
                f"{address} isn’t a public address. An operator can allow a network of your own in "
                "ASSEMBLY_WEEK_OUTBOUND_NETWORKS."
            )
        if is_plain:
            raise AddressRefused("Use https: nobody on the way may read what is sent.")


def parse_url(url: str) -> SplitResult:
    """The parts of an http or https address. Raises AddressRefused for anything else."""
    try:
        return urls.parse(url)
    except ValueError as flaw:
        raise AddressRefused(str(flaw)) from None


def is_public(ip: _Address) -> bool:
    """Tell whether an address belongs to a server of the public internet, also one that wraps an IPv4 address."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip in _WRAPS_IPV4:
            return is_public(IPv4Address(ip.packed[-4:]))
        if ip not in _GLOBAL_IPV6:
            return False
    is_special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return ip.is_global and not is_special and not any(ip in network for network in _REFUSED)
