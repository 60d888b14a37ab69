"""The outermost layer: security headers on every answer, and a sentence where a body was too large."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import problems, render

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Edge:
    """Wraps an application; adds nothing a response already says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        policy = content_security_policy()
        self._headers = [
            (name.lower().encode(), value.encode())
            for name, value in {**_HEADERS, "Content-Security-Policy": policy}.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything but HTTP through as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_replaced = False

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._headers]}
            await send(message)

        async def edged(message: Message) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if _is_bare_refusal(message):
                is_replaced = True
                await problems.too_large()(scope, receive, dressed)
            else:
                await dressed(message)

        await self._app(scope, receive, edged)


def _is_bare_refusal(message: Message) -> bool:
    """The framework answers an oversized body with two English words of plain text."""
    if message["type"] != "http.response.start" or message["status"] != 413:
        return False
    return MutableHeaders(raw=list(message["headers"])).get("content-type", "").startswith("text/plain")


def content_security_policy() -> str:
    """Nothing inline, nothing from anywhere but here and the one htmx file."""
    scripts = " ".join(dict.fromkeys(["'self'", *(script.csp for script in render.scripts())]))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
