"""Who is asking, and whether they may: decided before anything is rendered."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from app.errors import NotAllowed, SignInNeeded
from app.services.tokens import Bearer, Scope
from app.web.state import installation

bearer_scheme = HTTPBearer(auto_error=False, description="A token made with `assembly-week token create`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]


async def bearer(request: Request, credentials: Credentials) -> Bearer | None:
    """Whoever's token came with the request; None without one. Raises SignInNeeded for a bad one."""
    if credentials is None:
        return None
    return await installation(request).desk.check(credentials.credentials)


MaybeBearer = Annotated[Bearer | None, Depends(bearer)]


def require(scope: Scope) -> Callable[[MaybeBearer], Coroutine[Any, Any, Bearer]]:
    """A dependency that lets through whoever holds a token of this scope."""

    async def holder(who: MaybeBearer) -> Bearer:
        if who is None:
            raise SignInNeeded(f"Send a token with the scope {scope} as `Authorization: Bearer …`.")
        if not who.may(scope):
            raise NotAllowed(f"The token “{who.name}” lacks the scope {scope}.")
        return who

    return holder


async def board_reader(request: Request, who: MaybeBearer) -> Bearer | None:
    """Lets everybody see boards where they are public, elsewhere whoever may read."""
    if installation(request).settings.board_visibility == "public":
        return who
    return await require("read")(who)


Reader = Annotated[Bearer, Depends(require("read"))]
Writer = Annotated[Bearer, Depends(require("activities:write"))]
Corrector = Annotated[Bearer, Depends(require("ledger:correct"))]
RuleWriter = Annotated[Bearer, Depends(require("rules:write"))]
BoardReader = Annotated[Bearer | None, Depends(board_reader)]


def sees_behind_freeze(who: Bearer | None) -> bool:
    """Whether this reader also sees what a freeze hides: organizers do."""
    return who is not None and who.may("admin")
