"""Sign-in with the company's OpenID provider: authorization code with PKCE, and an id_token checked to the letter."""

from app.integrations.oidc.provider import Begun, Claims, Provider, provider

__all__ = ["Begun", "Claims", "Provider", "provider"]
