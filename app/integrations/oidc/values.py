"""Values of a sign-in with a provider: how it begins, and the identity it proves."""

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
    """The verified identity: issuer and subject for good, an e-mail that may come in (folded), a usable name."""

    issuer: str
    subject: str
    email: str
    name: str
