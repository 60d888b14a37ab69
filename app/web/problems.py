"""Refusals as answers: problem details (RFC 9457) for programs, a page for people."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from app.errors import Problem, SignInNeeded, TooMany, Unavailable
from app.services.validation import as_problem, flaws_of
from app.web import render
from app.web.http.areas import find_area

MEDIA_TYPE = "application/problem+json"
CUT_OFF = 499  # nginx's number for a client that hung up: nobody reads the answer, but metrics count it
_SENTENCES = {
    400: ("Not to be read", "The request cannot be read. Send a body as the documentation of this address shows."),
    404: ("Not found", "There is nothing at this address."),
    405: ("Not this way", "This address does not take that method."),
    413: ("Too large", "The body is larger than this address takes."),
    CUT_OFF: ("Cut off", "The request ended before its body did."),
    500: ("Our mistake", "Something went wrong on our side. It has been written to the log."),
}


def install(app: FastAPI) -> None:
    """Answer every refusal and failure in our own words."""

    @app.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> Response:
        return refusal(request, problem)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return refusal(request, as_problem(flaws_of([{**item, "loc": _place(item["loc"])} for item in error.errors()])))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        title, detail = _SENTENCES.get(error.status_code, ("That did not work", str(error.detail)))
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = ", ".join(_methods(app, request))
        return answer(request, error.status_code, title, detail, {}, headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, _error: ClientDisconnect) -> Response:
        return answer(request, CUT_OFF, *_SENTENCES[CUT_OFF])

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        # The server closes the connection after a failure: who knows does not send the next request into it.
        return answer(request, 500, *_SENTENCES[500], headers={"Connection": "close"})


def _methods(app: FastAPI, request: Request) -> list[str]:
    """What an address takes: the framework names only the methods of the first route that has this address."""
    return [
        method
        for method in ("GET", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.router.routes)
    ]


def _place(where: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return where[1:] if where and where[0] in {"body", "query", "path", "header"} else where


def headers_of(problem: Problem) -> dict[str, str]:
    """What an answer to a problem says beside its text: how to identify oneself, when to come back."""
    match problem:
        case SignInNeeded():
            return {"WWW-Authenticate": "Bearer"}
        case TooMany():
            return {"Retry-After": str(problem.wait)}
        case Unavailable():
            return {"Retry-After": "2"}
        case _:
            return {}


def refusal(request: Request, problem: Problem) -> Response:
    """A problem in the form its reader understands."""
    return answer(request, problem.status, problem.title, problem.detail, problem.extra, headers_of(problem))


def answer(
    request: Request,
    status: int,
    title: str,
    detail: str,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A refusal in the form its reader understands."""
    area = find_area(request.scope["path"])
    if area.refusal == "page":
        template = "closed_door.html" if status == 401 else "error.html"
        body = render.render(template, status=status, title=title, detail=detail, to=area.home)
        return Response(body, status, headers, "text/html")
    return document(status, title, detail, extra, headers)


def document(
    status: int,
    title: str,
    detail: str,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; lone surrogates in quoted input are escaped, so that it is always valid UTF-8."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(extra or {})}
    body = json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, status, headers, MEDIA_TYPE)


def too_large() -> Response:
    """A body over the limit of its address."""
    return document(413, *_SENTENCES[413])
