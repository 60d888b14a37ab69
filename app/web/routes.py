"""Routes that wait for the database: a plain `def` runs in a thread that is there for what it does."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature, iscoroutinefunction, signature
from typing import Annotated, Any, TypeVar, get_args, get_origin

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.web.deps import READ_SESSION, FormReader, Part, context_of, hand_out
from app.web.http.forms import FormState

SAFE = {"GET", "HEAD"}
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_long: set[Callable[..., Any]] = set()
_reading: set[Callable[..., Any]] = set()


def takes_long(endpoint: Endpoint) -> Endpoint:
    """Mark a route's function as long by its nature: it has to begin in time, and then each of its waits may last."""
    _long.add(endpoint)
    return endpoint


def only_reads(endpoint: Endpoint) -> Endpoint:
    """Mark a route's function as one that reads although it is asked by POST: it runs in the reading threads."""
    _reading.add(endpoint)
    return endpoint


class DatabaseRoute(APIRoute):
    """A route whose plain `def` may open the database: GET reads, in the reading threads; all others may write.

    An `async def` finds its threads itself. Either is handed the parts of `app.web.deps` it asks for, and a form, which
    is read when everything before it has let the request in.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        reads = endpoint in _reading or set(options.get("methods") or SAFE) <= SAFE
        super().__init__(path, _prepared(endpoint, reads=reads), **options)


def _prepared(endpoint: Callable[..., Any], *, reads: bool) -> Callable[..., Any]:
    """The function that FastAPI calls: it takes what FastAPI knows of, and hands over the rest."""
    known = signature(endpoint, eval_str=True).parameters
    parts = {name: part for name, parameter in known.items() if (part := _part(parameter)) is not None}
    wants_request = "request" in known
    call = _async_call(endpoint, parts) if iscoroutinefunction(endpoint) else _call(endpoint, parts, reads=reads)

    async def run(request: Request, **values: Any) -> Response:
        if wants_request:
            values["request"] = request
        return await call(request, values)

    run.__name__, run.__doc__, run.__module__ = endpoint.__name__, endpoint.__doc__, endpoint.__module__
    run.__signature__ = Signature(_asked(known))  # type: ignore[attr-defined]
    return run


def _asked(known: Mapping[str, Parameter]) -> list[Parameter]:
    """The parameters that FastAPI fills in: the request first, forms last, so that nobody's form is read too early."""
    request = Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request)
    others = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for name, parameter in known.items()
        if name != "request" and _part(parameter) is None and not _is_form(parameter)
    ]
    forms = [
        parameter.replace(
            kind=Parameter.KEYWORD_ONLY,
            annotation=Annotated[parameter.annotation, Depends(FormReader(get_args(parameter.annotation)[0]))],
        )
        for parameter in known.values()
        if _is_form(parameter)
    ]
    return [request, *others, *forms]


def _part(parameter: Parameter) -> Part | None:
    return next((mark for mark in getattr(parameter.annotation, "__metadata__", ()) if isinstance(mark, Part)), None)


def _is_form(parameter: Parameter) -> bool:
    return get_origin(parameter.annotation) is FormState


Call = Callable[[Request, dict[str, Any]], Awaitable[Response]]


def _async_call(endpoint: Callable[..., Awaitable[Response]], parts: Mapping[str, Part]) -> Call:
    if READ_SESSION in parts.values():
        raise TypeError(f"{endpoint.__name__} is async, so it cannot have a session: its thread is everyone's.")

    async def call(request: Request, values: dict[str, Any]) -> Response:
        with hand_out(request, parts) as handed:
            return await endpoint(**values, **handed)

    return call


def _call(endpoint: Callable[..., Response], parts: Mapping[str, Part], *, reads: bool) -> Call:
    is_long = endpoint in _long

    async def call(request: Request, values: dict[str, Any]) -> Response:
        def work() -> Response:
            with hand_out(request, parts) as handed:
                return endpoint(**values, **handed)

        database = context_of(request).database
        return await (database.reads if reads else database.writes).run(work, long=is_long)

    return call
