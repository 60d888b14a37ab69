"""Credentials: secrets as they are shown, before anybody looks for whose they are."""

from typing import Literal, NamedTuple

CredentialKind = Literal["token", "sign-in", "display"]


class Credential(NamedTuple):
    """A secret and the kind of place it came in: a token sent as a cookie is no sign-in, so both make the key."""

    kind: CredentialKind
    secret: str
