"""A sign-in from its first address to the person it proves."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import encode_client_secret_basic
from authlib.oauth2.client import OAuth2Client

from app.bulkheads import Bulkhead
from app.domain import constant_time
from app.domain.text import emails, names
from app.errors import SignInRefused
from app.integrations.oidc import id_token, metadata, wire
from app.integrations.oidc.metadata import Kept, Metadata
from app.integrations.oidc.refusals import failed
from app.integrations.oidc.values import Begun, Claims

SCOPE = "openid email profile"
LONGEST_CODE = 4_096  # characters of an authorization code; Microsoft's have more than a thousand
MAX_AT_ONCE = 8  # sign-ins that talk to the provider, each in a thread of this bulkhead
WAIT_SECONDS = 4.0  # for one of these threads, before somebody is told that the provider is slow
CROWDED = "The company's sign-in answers too slowly for so many. Try again in a moment, or come in another way."
_CONFIGURATION_ERRORS = {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}


class Provider:
    """The OpenID provider of an installation. Its methods are slow and are called in `threads`."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, name: str, domains: frozenset[str], *, vouches: bool
    ) -> None:
        self.issuer = issuer
        self.name = name
        self._client_id = client_id
        self._client_secret = client_secret
        self._domains = domains
        self._vouches = vouches
        self._metadata = Kept(lambda: metadata.discover(issuer))
        self._keys: dict[str, Kept[tuple[Any, ...]]] = {}
        self.threads = Bulkhead("provider", threads=MAX_AT_ONCE, seconds=WAIT_SECONDS, sentence=CROWDED)

    def is_ready(self, now: datetime) -> bool:
        """Tell whether `begin` asks nobody, because what the provider says about itself is known."""
        return self._metadata.is_ready(now)

    def begin(self, redirect_uri: str, now: datetime) -> Begun:
        """Start a sign-in that comes back to this address of ours. Raises ProviderAway or SignInFailed."""
        known = self._metadata.get(now)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url, _ = self._client(known).create_authorization_url(
            known.authorization_endpoint,
            state,
            verifier,
            redirect_uri=redirect_uri,
            nonce=nonce,
        )
        return Begun(url, redirect_uri, state, nonce, verifier)

    def finish(self, answer: Mapping[str, str], begun: Begun, now: datetime) -> Claims:
        """Verify the provider's answer (the query of our address) to this sign-in, and name who signed in; good once.

        Raises SignInFailed where the answer proves nothing, SignInRefused for an e-mail that may not come in,
        ProviderAway.
        """
        known = self._metadata.get(now)
        code = self._code(answer, begun, known)
        tokens = self._trade(code, begun, known)
        access_token = tokens.get("access_token")
        claims = id_token.verify(
            tokens.get("id_token"),
            (lambda: self._kept_keys(known).get(now), lambda: self._kept_keys(known).newer(now)),
            self.issuer,
            self._client_id,
            begun.nonce,
            access_token,
            now,
        )
        if "email" not in claims:
            described = self._described(known, access_token, claims["sub"])
            claims = {"name": claims.get("name"), **described, "sub": claims["sub"]}
        return self._admit(claims)

    def _client(self, known: Metadata) -> OAuth2Client:
        client = OAuth2Client(
            wire.Session(),
            client_id=self._client_id,
            client_secret=self._client_secret or None,
            token_endpoint_auth_method=self._method(known.token_endpoint_auth_methods),
            scope=SCOPE,
            code_challenge_method="S256",
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client

    def _method(self, offered: tuple[str, ...]) -> str:
        if not self._client_secret:
            return "none"
        for method in ("client_secret_basic", "client_secret_post"):
            if method in offered:
                return method
        raise failed("the provider takes no client secret; it wants another proof of who we are")

    def _code(self, answer: Mapping[str, str], begun: Begun, known: Metadata) -> str:
        if not constant_time.is_equal(answer.get("state", ""), begun.state):
            raise failed("the answer doesn’t belong to this sign-in")
        if answer.get("iss", "" if known.names_itself else self.issuer) != self.issuer:
            raise failed("the answer doesn’t come from our provider", answer.get("iss"))
        if answer.get("error") == "access_denied":
            raise failed("it was cancelled, or your account may not use this application", "access_denied")
        code = answer.get("code", "")
        if "error" in answer or not 1 <= len(code) <= LONGEST_CODE:
            raise failed("the provider reported an error", answer.get("error"))
        return code

    def _trade(self, code: str, begun: Begun, known: Metadata) -> dict[str, Any]:
        try:
            tokens: dict[str, Any] = self._client(known).fetch_token(
                known.token_endpoint,
                grant_type="authorization_code",
                code=code,
                redirect_uri=begun.redirect_uri,
                code_verifier=begun.verifier,
            )
        except AuthlibBaseError as error:
            if error.error in _CONFIGURATION_ERRORS:
                raise failed("the provider doesn’t take us for who we are registered as", error.error) from error
            raise failed("the provider didn’t accept the sign-in; it may have taken too long", error.error) from error
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise failed("the provider's answer makes no sense", error) from error
        return tokens

    def _kept_keys(self, known: Metadata) -> Kept[tuple[Any, ...]]:
        return self._keys.setdefault(known.jwks_uri, Kept(lambda: metadata.fetch_keys(known.jwks_uri)))

    def _described(self, known: Metadata, access_token: object, subject: str) -> dict[str, Any]:
        """The userinfo claims of the same subject; many providers put no e-mail into the id_token."""
        if known.userinfo_endpoint is None or not isinstance(access_token, str) or not access_token.isprintable():
            return {}
        described = wire.fetch(known.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
        if described.get("sub") != subject:
            raise failed("the provider describes someone else than it signed in")
        return described

    def _admit(self, claims: Mapping[str, Any]) -> Claims:
        email = claims.get("email")
        if not isinstance(email, str) or emails.domain_of(email) is None:
            raise SignInRefused(
                f"Signing in with {self.name} tells us no email that we can use. Ask an organizer for a sign-in link."
            )
        # Some providers write the truth as text.
        verified = claims.get("email_verified")
        if not (verified is True or verified == "true" or (verified is None and self._vouches)):
            raise SignInRefused(
                f"The email of your account isn’t verified. Verify it with {self.name}, then sign in again; or ask "
                "an organizer for a sign-in link."
            )
        if not emails.is_of(email, self._domains):
            raise SignInRefused(
                "Accounts of this email domain may not sign in here. Choose your company account, or ask an organizer "
                "for a sign-in link."
            )
        return Claims(self.issuer, claims["sub"], names.fold_email(email), _name(claims, email))


def _basic(client: Any, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """HTTP Basic as RFC 6749 2.3.1 has it: both parts form-encoded first, which Authlib leaves out."""
    client.client_id, client.client_secret = quote_plus(client.client_id), quote_plus(client.client_secret)
    prepared: tuple[str, dict[str, str], str] = encode_client_secret_basic(client, method, uri, headers, body)
    return prepared


def _name(claims: Mapping[str, Any], email: str) -> str:
    given = " ".join(part for key in ("given_name", "family_name") if isinstance(part := claims.get(key), str))
    for candidate in (claims.get("name"), given):
        if isinstance(candidate, str) and not names.public_flaw(name := names.tidy(candidate)[: names.LONGEST].strip()):
            return name
    return email.partition("@")[0][: names.LONGEST]
