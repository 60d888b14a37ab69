"""Authentication and authorization: decided before anything is rendered."""

from typing import Literal, NamedTuple

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.requests import Request

from app.config import Settings
from app.domain.actor import GRANT, Actor, Scope, SignedInActor
from app.domain.credential import Credential, CredentialKind
from app.domain.text.direction import apart
from app.domain.view import Audience, audience_of
from app.errors import NotAllowed, SignInNeeded, Unavailable
from app.web.credential_cache import CredentialCache
from app.web.http import cookies
from app.web.http.areas import Area, find_area
from app.web.topics import BoardTopic, Renderer

Need = Scope | Literal["nothing", "boards", "person", "organizer", "owner"]
"""The need of a route: nothing, that boards are for its reader, a kind of person, or a token's scope."""
_CREDENTIALS: dict[str, CredentialKind] = {"token": "token", "person": "sign-in", "display": "display"}


def token_in(headers: Headers) -> str | None:
    """The token that came with a request; None without one."""
    scheme, token = get_authorization_scheme_param(headers.get("authorization"))
    return token if token and scheme.lower() == "bearer" else None


def credentials_in(request: Request) -> list[Credential]:
    """Return what a request shows of the kinds that count in its area, the one that decides first."""
    kinds = find_area(request.scope["path"]).credentials
    if "token" in kinds and (token := token_in(request.headers)) is not None:
        return [Credential("token", token)]
    if "cookie" not in request.headers:
        return []
    shown = ((kind, cookies.read(request, kind)) for kind in kinds if kind != "token")
    return [Credential(kind, secret) for kind, secret in shown if secret is not None]


def credential_of(request: Request) -> Credential | None:
    """The credential that let this request in; None for a visitor."""
    credential: Credential | None = getattr(request.state, "credential", None)
    return credential


async def recognise(request: Request, known: CredentialCache) -> tuple[Actor | None, Unavailable | None]:
    """Authenticate a request; returns its actor (None for a visitor), or the outage that kept us from checking one.

    An invalid cookie makes a visitor, an invalid token raises SignInNeeded. After an outage whoever needs an actor
    answers 503 instead of 401.
    """
    away: Unavailable | None = None
    for credential in credentials_in(request):
        try:
            actor = await known.check(credential)
        except Unavailable as problem:
            away = problem
        except SignInNeeded:
            if credential.kind == "token":
                raise
        else:
            request.state.credential = credential
            return actor, None
    return None, away


class Access(NamedTuple):
    """A reader's access to boards: the public's view, or the organizers'.

    A stream of it lasts for as long as they have what it `needs`: what the route asked for, and no more.
    """

    audience: Audience
    needs: Scope | None

    def topic(self, slug: str, renderer: Renderer) -> BoardTopic:
        """The topic of a stream of this week's board."""
        return BoardTopic(slug, self.audience, renderer, self.needs)


def decide(
    area: Area, actor: Actor | None, settings: Settings, need: Need = "boards", *, preview: bool = False
) -> Access:
    """Decide whether somebody gets what a route of an area needs; routes and the fast path both ask here.

    Who is known by a credential that does not count in the area is a visitor there. Raises SignInNeeded or NotAllowed.
    """
    if actor is not None and _CREDENTIALS.get(actor.kind) not in area.credentials:
        actor = None
    match need:
        case "nothing":
            pass
        case "boards":
            if settings.board_visibility != "public":
                _require_scope(actor, "read")
        case "person" | "organizer" | "owner":
            _require_person(actor, need)
        case _:
            _require_scope(actor, need)
    audience = audience_of(actor, preview=preview)
    return Access(audience, "admin" if audience == "organizers" else needs_of_board(settings))


def _require_scope(actor: Actor | None, scope: Scope) -> None:
    if actor is None:
        raise SignInNeeded(f"Send a token with the scope {scope} as `Authorization: Bearer …`.")
    if not actor.may(scope):
        raise NotAllowed(f"The token “{apart(actor.name)}” lacks the scope {scope}.")


def _require_person(actor: Actor | None, role: Literal["person", "organizer", "owner"]) -> None:
    if actor is None:
        raise SignInNeeded("Sign in to see this page.")
    if not isinstance(actor, SignedInActor):
        raise NotAllowed("This page is for people. Sign in to see it.")
    if role != "person" and not actor.organizes:
        raise NotAllowed("This page is for organizers.")
    if role == "owner" and not actor.may(GRANT):
        raise NotAllowed("Only owners can do this.")


def needs_of_board(settings: Settings) -> Scope | None:
    """The scope that a stream of a public board needs for as long as it lasts."""
    return None if settings.board_visibility == "public" else "read"
