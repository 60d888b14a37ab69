"""Addresses this server may call: public ones, told from those of private networks."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

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


_NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)", re.ASCII)
HTTPS = "Use https: nobody on the way may read what is sent."


class Allowed:
    """The addresses that may be connected to: public ones, those in `networks`, and with `private` every one."""

    def __init__(self, *, private: bool = False, networks: Sequence[str] = ()) -> None:
        self._private = private
        self._networks = tuple(ip_network(network) for network in networks)

    def flaw(self, address: str, *, is_plain: bool) -> str:
        """Tell in a sentence why an IP address (without a zone) must not be called; empty for one that may be.

        `is_plain` is set for http, which networks of one's own alone may have.
        """
        ip = ip_address(address)
        if self._private or any(ip in network for network in self._networks):
            return ""
        if not is_public(ip):
            return (
                f"{address} isn’t a public address. An operator can allow a network of your own in "
                "ASSEMBLY_WEEK_OUTBOUND_NETWORKS."
            )
        return HTTPS if is_plain else ""

    def host_flaw(self, host: str, *, is_plain: bool) -> str:
        """Tell why a host, as somebody types it, can never be called: what its name leads to is known later only."""
        host = host.rstrip(".").lower()
        if host == "localhost" or host.endswith(".localhost"):
            flaws = [self.flaw(address, is_plain=is_plain) for address in ("127.0.0.1", "::1")]
            return "" if "" in flaws else flaws[0].replace("127.0.0.1", host)
        try:
            return self.flaw(host, is_plain=is_plain)
        except ValueError:
            pass
        if _NUMBER.fullmatch(host.rpartition(".")[2]):  # 127.1 and 0x7f000001 are addresses to some
            return f"{host} isn’t an address. Write it with four numbers, such as 203.0.113.5."
        return HTTPS if is_plain and not (self._private or self._networks) else ""


PUBLIC = Allowed()
"""Public addresses alone."""


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
