"""Routes that wait for the database: a plain `def` runs in a thread that is there for what it does."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.web.context import installation

SAFE = {"GET", "HEAD"}


class DatabaseRoute(APIRoute):
    """A route whose plain `def` may open the database: GET reads, in the reading threads; all others may write.

    It needs the request as its first parameter. An `async def` finds its threads itself.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            if next(iter(signature(endpoint).parameters), "") != "request":
                raise TypeError(f"{endpoint.__name__} waits for the database, so its first parameter is the request")
            endpoint = _in_thread(endpoint, reads=set(options.get("methods") or SAFE) <= SAFE)
        super().__init__(path, endpoint, **options)


def _in_thread(endpoint: Callable[..., Response], *, reads: bool) -> Callable[..., Any]:
    @wraps(endpoint)
    async def run(request: Request, **values: Any) -> Response:
        database = installation(request).database
        bulkhead = database.reads if reads else database.writes
        return await bulkhead.run(lambda: endpoint(request, **values))

    return run
