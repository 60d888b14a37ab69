"""Sign-in with the company's OpenID provider: authorization code with PKCE, and an id_token checked to the letter."""

from typing import TYPE_CHECKING

from app.config import Settings
from app.integrations.oidc.values import Begun, Claims

if TYPE_CHECKING:
    from app.integrations.oidc.client import Provider

__all__ = ["Begun", "Claims", "provider"]


def provider(settings: Settings) -> "Provider | None":
    """Return the provider of these settings; None where no issuer is named.

    Only then the libraries are imported that do the work: they are a twentieth of a server's start.
    """
    if not settings.oidc_issuer:
        return None
    from app.integrations.oidc.client import Provider

    secret = settings.oidc_client_secret
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret.get_secret_value() if secret else "",
        settings.oidc_label,
        frozenset(settings.oidc_allowed_domains),
        vouches=settings.oidc_trust_email,
    )
