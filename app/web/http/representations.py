"""Representations: an answer that many ask for, made once, as it is and as gzip, with an ETag for each."""

from collections.abc import Callable
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from app.web.http.content_coding import LEAST_BYTES, VARY, accepts_gzip, compress, etag_of, is_compressible


class _Coded:
    """One coding of a representation as two responses that are made once: all of it, or "you have it already"."""

    def __init__(self, make: Callable[[], bytes], etag: str, media_type: str, headers: dict[str, str]) -> None:
        self._make, self.etag, self._media_type = make, etag, media_type
        self._headers = {"ETag": etag, **headers}
        same = {name: value for name, value in self._headers.items() if name != "Content-Encoding"}
        self.same = Response(status_code=304, headers=same)

    @cached_property
    def whole(self) -> Response:
        """All of it."""
        return Response(self._make(), media_type=self._media_type, headers=self._headers)


class CachedResponse:
    """Bytes with their ETag, the same for everybody who may have them: no token, no cookie and no secret in them.

    Compressed when somebody first asks for that, once.
    """

    def __init__(self, body: bytes, etag: str, media_type: str, vary: str) -> None:
        self.body = body
        self._can_shrink = len(body) >= LEAST_BYTES and is_compressible(media_type)
        vary = f"{vary}, {VARY}" if self._can_shrink else vary
        headers = {"Cache-Control": "private, no-cache", "Vary": vary}
        self._plain = _Coded(lambda: body, etag, media_type, headers)
        shrunk = {**headers, "Content-Encoding": "gzip"}
        self._gzip = _Coded(lambda: compress(body), etag_of(etag), media_type, shrunk)

    def ready(self, request: Request) -> Response | None:
        """Return the answer, None where the bytes have to be compressed first: a large board takes a while."""
        coded = self._coded(request)
        given = request.headers.get("if-none-match")
        if given is not None and is_in(coded.etag, given):
            return coded.same
        return coded.whole if coded is self._plain or "whole" in vars(coded) else None

    def answer(self, request: Request) -> Response:
        """Return the answer, compressed now if need be."""
        return self.ready(request) or self._coded(request).whole

    def _coded(self, request: Request) -> _Coded:
        return self._gzip if self._can_shrink and accepts_gzip(request.scope) else self._plain


def is_in(etag: str, given: str) -> bool:
    """Compare weakly (RFC 9110, 13.1.2) with what `If-None-Match` lists."""
    return given == "*" or etag in (part.strip().removeprefix("W/") for part in given.split(","))
