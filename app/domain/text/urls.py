"""Addresses of other servers, as people type them."""

from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
LOOKS_LIKE = "This isn’t an address. It looks like https://example.com/hooks."


def parse(url: str) -> SplitResult:
    """The parts of an http or https address, host in lower case. Raises ValueError with a sentence for others."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # UnicodeError is one
        raise ValueError(LOOKS_LIKE) from None
    if parts.scheme not in {"http", "https"} or not host or port == 0 or "%" in host:
        raise ValueError(LOOKS_LIKE)
    if parts.username is not None or parts.password is not None:
        raise ValueError("Leave user name and password out of the address.")
    if len(url) > LONGEST or not all("!" <= letter <= "~" for letter in url.lower().replace(host, "", 1)):
        raise ValueError(f"Use at most {LONGEST:,} letters, digits and signs, without spaces.")
    return parts
