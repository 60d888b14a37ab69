"""Refusals as answers: problem details (RFC 9457) for programs, a page for people."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from app.errors import (
    CutOff,
    NotFound,
    OurMistake,
    Problem,
    SignInNeeded,
    TooLarge,
    TooMany,
    Unavailable,
    Unreadable,
    UnsupportedCoding,
    WrongMethod,
)
from app.services.validation import as_problem, flaws_of
from app.web.http import onward, render, request_ids
from app.web.http.areas import find_area, find_page

MEDIA_TYPE = "application/problem+json"
_OF_FRAMEWORK: dict[int, Callable[[], Problem]] = {
    400: Unreadable,
    404: lambda: NotFound("There’s no page at this address."),
    405: WrongMethod,
    413: TooLarge,
}


def install(app: FastAPI, waits_for_owner: Callable[[Request], Awaitable[bool]]) -> None:
    """Answer every refusal and failure in our own words; a server without an owner tells newcomers of its link."""

    @app.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> Response:
        is_unowned = isinstance(problem, SignInNeeded) and await waits_for_owner(request)
        return refusal(request, problem, is_unowned=is_unowned)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return refusal(request, as_problem(flaws_of([{**item, "loc": _place(item["loc"])} for item in error.errors()])))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if "Allow" in headers:
            # A mounted application knows its own: of the routes here, none has its address.
            headers["Allow"] = ", ".join(_methods(app, request)) or headers["Allow"]
        return refusal(request, _problem_of(error), headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, _error: ClientDisconnect) -> Response:
        return refusal(request, CutOff())

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        # The server closes the connection after a failure: who knows does not send the next request into it.
        return refusal(request, OurMistake(), {"Connection": "close"})


def _problem_of(error: HTTPException) -> Problem:
    """The framework's refusal as one of ours."""
    if (problem := _OF_FRAMEWORK.get(error.status_code)) is not None:
        return problem()
    other = Problem(str(error.detail))
    other.status = error.status_code
    return other


def _methods(app: FastAPI, request: Request) -> list[str]:
    """The methods an address takes: the framework names only those of the first route that has this address."""
    return [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.router.routes)
    ]


def _place(where: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return where[1:] if where and where[0] in {"body", "query", "path", "header"} else where


def headers_of(problem: Problem) -> dict[str, str]:
    """The headers of a problem's answer: how to authenticate, when to come back."""
    match problem:
        case SignInNeeded():
            return {"WWW-Authenticate": "Bearer"}
        case TooMany():
            return {"Retry-After": str(problem.wait)}
        case Unavailable():
            return {"Retry-After": "2"}
        case UnsupportedCoding():
            return {"Accept-Encoding": "identity"}
        case _:
            return {}


def refusal(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None, *, is_unowned: bool = False
) -> Response:
    """A problem in the form its reader understands: its area says which."""
    area = find_area(request.scope["path"])
    if area.refusal == "json":
        return document(problem, headers)
    template, request_id = _template_of(problem.status), request_ids.current()
    page = render.render(
        template, problem=problem, page=find_page(request.scope["path"]), is_reading=request.method in ("GET", "HEAD"),
        section=request.scope["path"].split("/", 3)[2:3],
        to=onward.of(request), request_id=request_id, is_unowned=is_unowned,
    )  # fmt: skip
    return Response(page, problem.status, headers_of(problem) | dict(headers or {}), "text/html")


@cache
def _template_of(status: int) -> str:
    """The error page of a status, or the one for all that have none of their own."""
    own = f"errors/{status}.html"
    return own if (render.TEMPLATES / own).is_file() else "errors/error.html"


def document(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document; lone surrogates in quoted input are escaped, so that it is always valid UTF-8."""
    content = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_ids.current(),
        **problem.extra,
    }
    body = json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, problem.status, headers_of(problem) | dict(headers or {}), MEDIA_TYPE)
