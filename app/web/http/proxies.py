"""Proxies in front of us: what those that the settings name say of a request is believed."""

from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.web.http import request_ids


class TrustedProxies(ProxyHeadersMiddleware):
    """Takes client, scheme and request id from the headers of named proxies; from anybody else none of them."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        inner: Any = app
        super().__init__(inner, list(proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override] # its types are ASGI's too
        """Pass a request on as its proxy describes it."""
        # Before the address of the proxy is replaced by that of the client.
        if scope["type"] == "http" and scope["client"] is not None and scope["client"][0] in self.trusted_hosts:
            request_ids.adopt(scope)
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]
