"""The id_token: its signature and every claim that makes it ours, fresh, and the answer to this very sign-in."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.registry import Header

from app.integrations.oidc.refusals import failed

LEEWAY_SECONDS = 60  # between the provider's clock and ours; RFC 7519, 4.1.4, allows up to a few minutes
LONGEST_SUBJECT = 255  # characters, as OpenID Connect Core demands (2)
# Asymmetric ones alone: "none" proves nothing, and HS256 would make the public key or the client's secret a signer.
ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}

# Where keys come from, the next one only asked where those before have none that fits.
KeySources = Sequence[Callable[[], Iterable[Key]]]


class _Allowed(JWSRegistry):
    def __init__(self) -> None:
        super().__init__(strict_check_header=False)  # RFC 7515: header parameters nobody knows are ignored

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


_ALLOWED = _Allowed()
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def verify(
    token: object, keys: KeySources, issuer: str, client_id: str, nonce: str, access_token: object, now: datetime
) -> dict[str, Any]:
    """The claims of a token that proves a sign-in to this client. Raises SignInFailed."""
    if not isinstance(token, str) or not token.isascii():
        raise failed("the provider sent no id_token")
    header, claims = _decode(token, keys)
    options: dict[str, dict[str, Any]] = {name: {"essential": True} for name in ("exp", "iat")}
    options |= {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
    params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, header, options, params).validate(int(now.timestamp()), LEEWAY_SECONDS)
    except ExpiredTokenError as error:
        raise failed("the provider's token has expired; perhaps a clock is wrong") from error
    except (InvalidClaimError, MissingClaimError) as error:
        raise failed(f"the provider's token isn’t meant for this sign-in ({_name(error.claim)})", error) from error
    except _MALFORMED as error:
        raise failed("the provider's token makes no sense", error) from error
    if not 1 <= len(claims["sub"]) <= LONGEST_SUBJECT:
        raise failed("the provider's token names nobody")
    return claims


def _decode(token: str, keys: KeySources) -> tuple[Header, dict[str, Any]]:
    try:
        decoded = jwt.decode(token, lambda guest: _fitting(guest.headers(), keys), registry=_ALLOWED)
    except UnsupportedAlgorithmError as error:
        raise failed("the provider's token is signed in a way that we don’t accept", error) from error
    except InvalidKeyIdError as error:
        raise failed("the provider's token is signed with a key that isn’t the provider's", error) from error
    except BadSignatureError as error:
        raise failed("the signature of the provider's token is wrong") from error
    except _MALFORMED as error:
        raise failed("the provider's token makes no sense", error) from error
    return decoded.header, decoded.claims


def _fitting(header: Header, sources: KeySources) -> Key:
    """The one key for a token; a token that names none fits where there is only one of its type."""
    kid, alg = header.get("kid"), header["alg"]
    for keys in sources:
        fitting = [
            key
            for key in keys()
            if key.key_type == ALGORITHMS[alg] and key.get("alg") in {None, alg} and kid in {None, key.kid}
        ]
        if len(fitting) == 1 or (fitting and kid is not None):
            return fitting[0]
    raise InvalidKeyIdError(str(kid))


def _name(claim: str) -> str:
    return claim if claim in {"iss", "aud", "azp", "iat", "exp", "nbf", "nonce", "sub", "at_hash"} else "its claims"
