"""Comparing secrets: the one comparison whose time tells nothing of how much of them is right."""

import hmac


def is_equal(given: str, secret: str) -> bool:
    """Tell whether somebody gave the secret; any text may be given."""
    return hmac.compare_digest(_bytes(given), _bytes(secret))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
