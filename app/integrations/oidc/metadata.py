"""A provider's discovery document and keys, fetched when needed and cached for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from app.domain.recency import is_recent
from app.domain.text.hosts import https_flaw
from app.errors import ProviderAway, SignInFailed
from app.integrations.oidc import wire
from app.integrations.oidc.refusals import failed

KEPT = timedelta(hours=1)  # a key that is withdrawn signs nobody in for longer; a new one is fetched at once
PAUSE = timedelta(seconds=10)  # between fetches, so that made-up key ids cannot have us flood the provider
MAX_KEYS = 100  # providers publish a handful
SMALLEST_RSA = 2048  # bits (RFC 7518, 3.3)
_DISCOVERY = "/.well-known/openid-configuration"

T = TypeVar("T")


class Kept(Generic[T]):
    """Something fetched, kept for an hour; after a failure nobody waits for the next one before a pause is over."""

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._found: tuple[datetime, T] | None = None
        self._failed: tuple[datetime, ProviderAway | SignInFailed] | None = None

    def is_ready(self, now: datetime) -> bool:
        """Tell whether `get` answers at once, be it with the failure of a moment ago."""
        has_found = self._found is not None and is_recent(self._found[0], now, KEPT)
        return has_found or (self._failed is not None and is_recent(self._failed[0], now, PAUSE))

    def get(self, now: datetime) -> T:
        """The thing, at most an hour old. Raises ProviderAway or SignInFailed."""
        if self._found and is_recent(self._found[0], now, KEPT):
            return self._found[1]
        return self._anew(now)

    def newer(self, now: datetime) -> T:
        """The thing fetched anew, where what is kept is older than the pause. Raises ProviderAway or SignInFailed."""
        if self._found and is_recent(self._found[0], now, PAUSE):
            return self._found[1]
        return self._anew(now)

    def _anew(self, now: datetime) -> T:
        if self._failed and is_recent(self._failed[0], now, PAUSE):
            raise type(self._failed[1])(self._failed[1].detail)
        try:
            found = self._fetch()
        except (ProviderAway, SignInFailed) as problem:
            self._failed = (now, problem)
            raise
        self._found, self._failed = (now, found), None
        return found


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of a discovery document that we use."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    token_endpoint_auth_methods: tuple[str, ...]
    names_itself: bool  # its answers carry `iss` (RFC 9207)


def discover(issuer: str) -> Metadata:
    """The discovery document of exactly this issuer. Raises ProviderAway or SignInFailed."""
    document = wire.fetch(issuer.removesuffix("/") + _DISCOVERY)
    if document.get("issuer") != issuer:
        raise failed("the provider calls itself something else than ASSEMBLY_WEEK_OIDC_ISSUER", document.get("issuer"))
    plain = issuer.startswith("http://")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if flaw := https_flaw(document.get(name), plain=plain):
            raise failed(f"the provider's {name} {flaw}", document.get(name))
    userinfo = document.get("userinfo_endpoint")
    return Metadata(
        document["authorization_endpoint"],
        document["token_endpoint"],
        document["jwks_uri"],
        None if https_flaw(userinfo, plain=plain) else userinfo,
        _texts(document.get("token_endpoint_auth_methods_supported")) or ("client_secret_basic",),
        document.get("authorization_response_iss_parameter_supported") is True,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def fetch_keys(url: str) -> tuple[Key, ...]:
    """The public keys that sign tokens; those of other kinds are left out. Raises ProviderAway or SignInFailed."""
    listed = wire.fetch(url).get("keys")
    if not isinstance(listed, list):
        raise failed("the provider's keys make no sense")
    return tuple(key for item in listed[:MAX_KEYS] if isinstance(item, dict) if (key := _key(item)))


def _key(item: dict[str, Any]) -> Key | None:
    if item.get("kty") not in {"RSA", "EC", "OKP"} or item.get("use", "sig") != "sig":
        return None
    # Measured before the import, which warns of small ones: six bits in a character of base64.
    if item["kty"] == "RSA" and len(str(item.get("n"))) * 6 < SMALLEST_RSA:
        return None
    try:
        key = JWKRegistry.import_key(item)
        return key if _is_strong(key) else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_strong(key: Key) -> bool:
    match key:
        case RSAKey():
            return key.public_key.key_size >= SMALLEST_RSA
        case ECKey():
            return key.curve_name == "P-256"
        case OKPKey():
            return key.curve_name == "Ed25519"
        case _:
            return False
