"""The outermost layer: what every answer has in common, and our words where the framework has its own."""

import time
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import bulkheads
from app.errors import Misdirected, NotAllowed, Problem, TooLarge
from app.services.appearances import LOGO_TOO_LARGE
from app.services.imports import doors
from app.web.http import bounds, csp_reports, csrf, problems, render, request_ids, request_metrics
from app.web.http.areas import find_area
from app.web.http.hosts import Hosts

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # No address of ours is in a Referer, so that none gets into a log with a secret in it. Not "no-referrer": browsers
    # would then send our own forms without saying where from, and we refuse such forms.
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Reporting-Endpoints": f'csp="{csp_reports.PATH}"',
}
# A year, as preload lists ask; no includeSubDomains: names below ours are somebody else's to decide about, and may have
# no https.
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
Header = tuple[bytes, bytes]
FOREIGN_FORM = "This was sent from another site’s page. Open the page here and send it from there."


class EdgeMiddleware:
    """Wraps an application: headers a page need not think of, HEAD wherever there is GET, our own refusals."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = common_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop the application."""
        match scope["type"]:
            case "http":
                bulkheads.begin_request()
                await self._answer(scope, receive, send, request_ids.begin(scope))
            case "lifespan":
                await self._live(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        is_replaced, begun = False, time.perf_counter()

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                request_metrics.note(mapping, message["status"], time.perf_counter() - begun)
                message = {**message, "headers": dress(scope, message["headers"], self._headers, request_id)}
            await send(message)

        async def edged(message: Message) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if _is_bare_refusal(message):
                is_replaced = True
                await problems.refusal(Request(scope), _too_large(scope))(scope, receive, dressed)
            else:
                await dressed(message)

        # The server leaves the body out where it was asked for none.
        mapping = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        if (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, dressed)
            return
        await self._app(mapping, bounds.counted(scope, receive), edged)

    def _refusal(self, scope: Scope) -> Response | None:
        """Refuse what no route needs to see: too much of anything, a foreign Host, a cross-site form."""
        if (problem := bounds.refusal(scope)) is not None:
            return problems.refusal(Request(scope), problem)
        hosts = Headers(scope=scope).getlist("host")
        if not find_area(scope["path"]).any_host and (len(hosts) != 1 or not self._hosts.knows(hosts[0])):
            return problems.refusal(Request(scope), Misdirected(", ".join(hosts)))
        if csrf.is_foreign(scope):
            return problems.refusal(Request(scope), NotAllowed(FOREIGN_FORM))
        return None

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a start that fails for a reason we can name fail with that sentence instead of a traceback."""
        failure: Message | None = None

        async def held(message: Message) -> None:
            nonlocal failure
            if message["type"] == "lifespan.startup.failed":
                failure = message
            else:
                await send(message)

        try:
            await self._app(scope, receive, held)
        except Problem as problem:
            await send({"type": "lifespan.startup.failed", "message": problem.detail})
        except BaseException:
            if failure is not None:
                await send(failure)
            raise


def common_headers() -> list[Header]:
    """The headers that every answer has."""
    headers = {**_HEADERS, "Content-Security-Policy": content_security_policy()}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def dress(scope: Scope, given: Iterable[Header], common: list[Header], request_id: str) -> list[Header]:
    """An answer's headers with the common ones; where it has one of its own, that one stands."""
    ours = [
        *common,
        (b"cache-control", find_area(scope["path"]).cache.encode()),
        (request_ids.HEADER, request_id.encode()),
    ]
    if scope["scheme"] == "https":
        ours.append(_HTTPS_ONLY)
    headers = list(given)
    has = {name for name, _ in headers}
    return headers + [header for header in ours if header[0] not in has]


def _is_bare_refusal(message: Message) -> bool:
    """The framework answers an oversized body with two English words of plain text."""
    if message["type"] != "http.response.start" or message["status"] != 413:
        return False
    return Headers(raw=list(message["headers"])).get("content-type", "").startswith("text/plain")


def _too_large(scope: Scope) -> TooLarge:
    """The refusal of a body that is too large, with the limit where it is a list's or a logo's."""
    if not csrf.TAKES_FILES.fullmatch(scope["path"]):
        return TooLarge()
    return TooLarge(LOGO_TOO_LARGE if scope["path"].endswith("/logo") else doors.TOO_LARGE)


def content_security_policy() -> str:
    """The Content-Security-Policy: nothing inline, nothing from anywhere but here and the one htmx file."""
    scripts = " ".join(dict.fromkeys(["'self'", *(script.csp for script in render.scripts())]))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"report-uri {csp_reports.PATH}; report-to csp"
    )
