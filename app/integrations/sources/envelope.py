"""Envelopes: a webhook's headers and body as they came, and the signature over exactly these bytes."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import constant_time
from app.errors import Problem

AHEAD = timedelta(minutes=5)
"""The time by which the clock of a tool may be ahead of ours."""


class SignatureInvalid(Problem):
    """The signature is missing or wrong, or too old to be accepted."""

    status = 401
    title = "Signature not valid"
    next_step = "Check the secret of this connection at the tool that sends."


class Unsigned(SignatureInvalid):
    """There is no signature at all."""


class SignedTooFarOff(SignatureInvalid):
    """The signature is valid, and too old or from the future: `ahead` is how far that is ahead of us."""

    def __init__(self, detail: str, ahead: timedelta) -> None:
        super().__init__(detail)
        self.ahead = ahead


class KeyInvalid(SignatureInvalid):
    """The key in the address is missing or wrong."""


class FormEncoded(Problem):
    """The tool sends a form where JSON is needed."""

    status = 415
    title = "Not JSON"

    def __init__(self) -> None:
        super().__init__("Set the content type of this webhook to application/json.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery as it came; names of headers are in lower case, values as sent."""

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value; None without it. Raises SignatureInvalid if it comes twice or is not printable ASCII."""
        values = [value for key, value in self.headers if key == name.encode()]
        if not values:
            return None
        if len(values) > 1:
            raise SignatureInvalid(f"The header “{name}” came {len(values)} times. Send it once.")
        try:
            text = values[0].decode("ascii")
        except UnicodeDecodeError:
            text = "\0"
        if not text.isprintable():
            raise SignatureInvalid(f"The header “{name}” has characters that no signature has.")
        return text

    def check(self, *names: str) -> None:
        """Raise SignatureInvalid for one of these headers that came twice or is not printable ASCII; none is fine."""
        for name in names:
            self.header(name)

    def unsigned(self, name: str) -> str | None:
        """A header that no signature covers; None without it, and for one that no tool sends so."""
        try:
            return self.header(name) or None
        except SignatureInvalid:
            return None

    def required(self, name: str) -> str:
        """A header's value. Raises SignatureInvalid without it too."""
        value = self.header(name)
        if not value:
            raise Unsigned(f"The header “{name}” is missing. Set a secret for this webhook at the tool.")
        return value


def hmac_hex(secret: str, *parts: bytes) -> str:
    """The HMAC-SHA256 of all parts in a row, in hexadecimal digits."""
    return _digest(secret.encode(), parts).hex()


def hmac_base64(secret: str | bytes, *parts: bytes) -> str:
    """The HMAC-SHA256 of all parts in a row, in base64; a key of bytes is used as it is."""
    key = secret.encode() if isinstance(secret, str) else secret
    return base64.b64encode(_digest(key, parts)).decode()


def _digest(key: bytes, parts: Iterable[bytes]) -> bytes:
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def check_signature(given: Iterable[str], valid: Iterable[str]) -> None:
    """Raise SignatureInvalid unless one of the signatures given is valid; all are compared, each in constant time."""
    valid = list(valid)
    matches = [constant_time.is_equal(each, signature) for each in given for signature in valid]
    if not any(matches):
        raise SignatureInvalid("The signature doesn’t match. Copy the secret of this connection to the tool again.")


def check_age(sent_at: datetime, now: datetime, longest: timedelta) -> None:
    """Raise SignedTooFarOff for a delivery that was signed too long ago, or that comes from the future."""
    ahead = sent_at - now
    if -ahead > longest:
        raise SignedTooFarOff(
            "This delivery was signed too long ago. Check the clock of this server, or send it again.", ahead
        )
    if ahead > AHEAD:
        raise SignedTooFarOff("This delivery was signed in the future. Check both servers’ clocks.", ahead)
