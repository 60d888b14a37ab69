"""The names this server answers to, against DNS rebinding: no other site's name may lead a browser's requests here."""

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.config import Settings
from app.domain.text.hosts import is_loopback

MAX_SEEN = 100  # headers remembered as ours: any numeric address may be, and strangers choose which they send
_HEADER = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?")


class Hosts:
    """Allow-list for the Host header (RFC 9110, 7.2).

    In DNS rebinding, a page's own name is made to resolve to this server, and its scripts would read our answers as
    those of their own origin. Such a request names that site in Host; a numeric address is no name that could.
    """

    def __init__(self, settings: Settings) -> None:
        named = [name.casefold() for name in settings.trusted_hosts]
        public = urlsplit(settings.public_url).hostname or ""
        self._seen: set[str] = set()
        self._names = {each for each in (*named, public) if each}
        self._takes_numbers = not self._names
        if not self._names:
            own = socket.gethostname().casefold()
            self._names = {own, f"{own}.local"}

    def knows(self, header: str) -> bool:
        """Tell whether a Host header names this server."""
        if header in self._seen:
            return True
        known = self._is_ours(header)
        if known and len(self._seen) < MAX_SEEN:
            self._seen.add(header)
        return known

    def _is_ours(self, header: str) -> bool:
        match = _HEADER.fullmatch(header)
        host = (match[1] or match[2]).lower() if match else ""
        return host in self._names or is_loopback(host) or (self._takes_numbers and _is_number(host))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
