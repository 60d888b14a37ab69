"""Authentication and authorization: decided before anything is rendered."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.requests import Request

from app.config import Settings
from app.domain.actor import GRANT, Actor, Scope, SignedInActor
from app.domain.view import Audience, audience_of
from app.errors import NotAllowed, Problem, SignInNeeded, Unavailable
from app.services.access import throttle
from app.web.context import installation
from app.web.credential_cache import Credential, CredentialCache
from app.web.http import cookies, csrf
from app.web.http.areas import find_area
from app.web.topics import Renderer, Topic

Check = Callable[[Settings, Actor | None], None]


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
    found: Credential | None = getattr(request.state, "credential", None)
    return found


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


def holds(scope: Scope) -> Check:
    """The check that somebody holds a token of this scope. Raises SignInNeeded or NotAllowed."""

    def check(_settings: Settings, actor: Actor | None) -> None:
        if actor is None:
            raise SignInNeeded(f"Send a token with the scope {scope} as `Authorization: Bearer …`.")
        if not actor.may(scope):
            raise NotAllowed(f"The token “{actor.name}” lacks the scope {scope}.")

    return check


writes_activities = holds("activities:write")


def reads_boards(settings: Settings, actor: Actor | None) -> None:
    """Check that somebody may see boards: everybody where they are public, elsewhere whoever may read."""
    if settings.board_visibility != "public":
        holds("read")(settings, actor)


def allows(check: Check, settings: Settings, actor: Actor | None) -> bool:
    """Tell whether a check lets somebody in."""
    try:
        check(settings, actor)
    except Problem:
        return False
    return True


class BoardAccess(NamedTuple):
    """The view of a board that a reader gets: the public's, or the organizers'.

    A stream of it lasts for as long as they have what it `needs`: what the door asked for, and no more.
    """

    audience: Audience
    needs: Scope | None

    def topic(self, slug: str, renderer: Renderer) -> Topic:
        """The topic of a stream of this week's board."""
        return Topic(slug, self.audience, renderer, self.needs)


def decide_board(settings: Settings, actor: Actor | None, *, preview: bool = False) -> BoardAccess:
    """Decide what somebody sees of boards, for routes and the short way alike. Raises SignInNeeded or NotAllowed."""
    reads_boards(settings, actor)
    audience = audience_of(actor, preview=preview)
    return BoardAccess(audience, "admin" if audience == "organizers" else needs_of_board(settings))


def needs_of_board(settings: Settings) -> Scope | None:
    """The scope that a stream of a public board needs for as long as it lasts."""
    return None if settings.board_visibility == "public" else "read"


def is_anybody(_settings: Settings, _actor: Actor | None) -> None:
    """Let everybody in."""


def is_member(_settings: Settings, actor: Actor | None) -> None:
    """Check that somebody has signed in. Raises SignInNeeded, or NotAllowed for tokens and screens."""
    if actor is None:
        raise SignInNeeded("Sign in to see this page.")
    if not isinstance(actor, SignedInActor):
        raise NotAllowed("This page is for people. Sign in with your own link.")


def is_organizer(settings: Settings, actor: Actor | None) -> None:
    """Check that an organizer has signed in. Raises SignInNeeded or NotAllowed."""
    is_member(settings, actor)
    if not isinstance(actor, SignedInActor) or not actor.organizes:
        raise NotAllowed("This page is for organizers.")


def is_owner(settings: Settings, actor: Actor | None) -> None:
    """Check that an owner has signed in. Raises SignInNeeded or NotAllowed."""
    is_organizer(settings, actor)
    if not isinstance(actor, SignedInActor) or not actor.may(GRANT):
        raise NotAllowed("Only an owner may do this.")


class Guard(SecurityBase):
    """The base of dependencies that authorize: one check.

    It is its own security scheme, because every further step of a dependency costs each request as much as ours.
    """

    model = HTTPBearer(description="A token made with `assembly-week token create`.")
    scheme_name = "HTTPBearer"

    def __init__(self, check: Check) -> None:
        self._check = check

    async def admit(self, request: Request) -> Actor | None:
        """Let in whoever is asking; what somebody signed in sends must come from a form of theirs.

        Raises what the check raises, and SignInNeeded for a bad token.
        """
        place = installation(request)
        actor, away = await recognise(request, place.credentials)
        try:
            self._check(place.settings, actor)
        except SignInNeeded as problem:
            raise away or problem from None
        except Problem as problem:
            await place.refusals.note(request, actor, problem)
            raise
        if isinstance(actor, SignedInActor) and request.method not in csrf.SAFE:
            await csrf.check(request, actor)
            await place.count(throttle.FORMS_BY_PERSON, actor.person_id)
        return actor


class Authorize(Guard):
    """A dependency that gives the actor whom one check lets in; None for a visitor."""

    async def __call__(self, request: Request) -> Actor | None:
        """Admit a request by the check. Raises SignInNeeded or NotAllowed."""
        return await self.admit(request)


Reader = Annotated[Actor, Depends(Authorize(holds("read")))]
Writer = Annotated[Actor, Depends(Authorize(writes_activities))]
BoardReader = Annotated[Actor | None, Depends(Authorize(reads_boards))]
Anybody = Annotated[Actor | None, Depends(Authorize(is_anybody))]
SignedIn = Annotated[SignedInActor, Depends(Authorize(is_member))]
Organizer = Annotated[SignedInActor, Depends(Authorize(is_organizer))]
Owner = Annotated[SignedInActor, Depends(Authorize(is_owner))]
