"""Who is asking, and whether they may: decided before anything is rendered."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.requests import Request

from app.config import Settings
from app.errors import NotAllowed, SignInNeeded
from app.services.tokens import Bearer, Scope
from app.web.state import installation

Check = Callable[[Settings, Bearer | None], None]


def token_in(headers: Headers) -> str | None:
    """The token that came with a request; None without one."""
    scheme, token = get_authorization_scheme_param(headers.get("authorization"))
    return token if token and scheme.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Where a request comes from, as caps count it."""
    return request.client.host if request.client else ""


def holds(scope: Scope) -> Check:
    """The check that somebody holds a token of this scope. Raises SignInNeeded or NotAllowed."""

    def check(_settings: Settings, who: Bearer | None) -> None:
        if who is None:
            raise SignInNeeded(f"Send a token with the scope {scope} as `Authorization: Bearer …`.")
        if not who.may(scope):
            raise NotAllowed(f"The token “{who.name}” lacks the scope {scope}.")

    return check


def reads_boards(settings: Settings, who: Bearer | None) -> None:
    """Check that somebody may see boards: everybody where they are public, elsewhere whoever may read."""
    if settings.board_visibility != "public":
        holds("read")(settings, who)


class Door(SecurityBase):
    """A dependency: who is asking, let in by one check; None for nobody known. Raises SignInNeeded for a bad token.

    It is its own security scheme, because every further step of a dependency costs each request as much as ours.
    """

    model = HTTPBearer(description="A token made with `assembly-week token create`.")
    scheme_name = "HTTPBearer"

    def __init__(self, check: Check) -> None:
        self._check = check

    async def __call__(self, request: Request) -> Bearer | None:
        """Whoever's token came with the request."""
        place = installation(request)
        token = token_in(request.headers)
        who = None if token is None else await place.desk.check(token)
        self._check(place.settings, who)
        return who


Reader = Annotated[Bearer, Depends(Door(holds("read")))]
Writer = Annotated[Bearer, Depends(Door(holds("activities:write")))]
Corrector = Annotated[Bearer, Depends(Door(holds("ledger:correct")))]
RuleWriter = Annotated[Bearer, Depends(Door(holds("rules:write")))]
BoardReader = Annotated[Bearer | None, Depends(Door(reads_boards))]


def sees_behind_freeze(who: Bearer | None) -> bool:
    """Whether this reader also sees what a freeze hides: organizers do."""
    return who is not None and who.may("admin")
