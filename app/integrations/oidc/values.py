"""What a sign-in with a provider begins with, and what it proves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: `url` is where the browser goes, the rest stays with us until it comes back."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who signed in: known for good by issuer and subject; an e-mail that may come in, folded; a usable name."""

    issuer: str
    subject: str
    email: str
    name: str
