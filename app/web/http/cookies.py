"""Our cookies, none readable by scripts or sent by other sites: a sign-in, a screen, a company sign-in under way."""

from datetime import timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from app.config import Settings
from app.domain.text.hosts import is_loopback
from app.errors import NotAllowed
from app.services.access import credentials, sign_ins

Kind = Literal["sign-in", "display", "company"]
PREFIXES: dict[Kind, str] = {"sign-in": credentials.SIGN_IN, "display": credentials.SCREEN, "company": ""}
LASTS: dict[Kind, timedelta] = {
    "sign-in": sign_ins.LONGEST,
    "display": timedelta(days=400),  # for ever, as far as browsers go: they cut what is longer (RFC 6265bis)
    "company": timedelta(minutes=10),  # to type a password and confirm a second factor at the provider
}
LONGEST = 2_000  # a company sign-in under way is a signed state of a few hundred letters; browsers take 4,096


def read(request: Request, kind: Kind) -> str | None:
    """The secret a browser keeps; None without one, or for what cannot be one."""
    secret = request.cookies.get(_name(request, kind))
    return secret if secret is not None and secret.startswith(PREFIXES[kind]) and len(secret) < LONGEST else None


def write(request: Request, response: Response, kind: Kind, secret: str) -> None:
    """Let the browser keep a secret."""
    # Lax, not Strict: whoever follows a link in a mail or a chat, or comes back from the provider, comes from another
    # site, and would arrive signed out. Forms from other sites bring no cookie either way.
    response.set_cookie(
        _name(request, kind), secret, max_age=int(LASTS[kind].total_seconds()), path="/", httponly=True,
        secure=is_https(request), samesite="lax",
    )  # fmt: skip


def forget(request: Request, response: Response, kind: Kind) -> None:
    """Let the browser throw a secret away."""
    response.delete_cookie(_name(request, kind), path="/", httponly=True, secure=is_https(request), samesite="lax")


def _name(request: Request, kind: Kind) -> str:
    """With https, a name that browsers accept from this very host and over https alone."""
    return f"__Host-{kind}" if is_https(request) else f"plain-{kind}"


def is_https(request: Request) -> bool:
    """Tell whether the browser came by https; a proxy that is trusted says so."""
    return request.url.scheme == "https"


def check_safe(request: Request, settings: Settings) -> None:
    """Raise NotAllowed where a secret would travel for everybody to read."""
    if not (is_https(request) or settings.allow_http or _is_here(request)):
        raise NotAllowed(
            "Signing in wants https. Open this page by its https address; an organizer finds out how to set that up in "
            "docs/deployment.md, or allows plain http with ASSEMBLY_WEEK_ALLOW_HTTP=true."
        )


def _is_here(request: Request) -> bool:
    """Tell whether browser and server are one machine, by the address that was typed and by where it came from."""
    return is_loopback(request.url.hostname or "") and is_loopback(request.client.host if request.client else "")
