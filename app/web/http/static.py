"""Static files, kept by browsers for ever where the address carries the content's hash."""

import mimetypes
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from app.web.http import scripts, stylesheets
from app.web.http.content_coding import LEAST_BYTES, VARY, accepts_gzip, compress, etag_of, is_compressible
from app.web.http.render import VENDORED

# Which types a system knows differs, and Python itself learns of the first in 3.14.
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")

_SMALLEST = 9  # the level: each file is compressed once in a process, when it is first asked for

_Path = str | os.PathLike[str]


class Files(StaticFiles):
    """Static files, ours minified, plain or as gzip, with a Cache-Control that fits their address."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file, and make it small at the first time; called in a thread."""
        full_path, stat_result = super().lookup_path(path)
        if stat_result is not None and _can_shrink(full_path, stat_result):
            _compressed(full_path, stat_result.st_mtime_ns)
        return full_path, stat_result

    def file_response(
        self, full_path: _Path, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file; `?v=<hash>` makes it immutable, any other address is asked for again each time."""
        response: Response = FileResponse(full_path, status_code=status_code, stat_result=stat_result)
        can_shrink = _can_shrink(full_path, stat_result)
        if can_shrink and accepts_gzip(scope):
            response = _as_gzip(full_path, stat_result, response)
        elif can_shrink and _minifier_of(full_path):
            response = _of(_minified(os.fspath(full_path), stat_result.st_mtime_ns), response, {})
        if can_shrink:
            response.headers["Vary"] = VARY
        has_hash = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if has_hash else "no-cache"
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


def _can_shrink(path: _Path, stat_result: os.stat_result) -> bool:
    return stat_result.st_size >= LEAST_BYTES and is_compressible(mimetypes.guess_type(path)[0] or "")


def _minifier_of(path: _Path) -> Callable[[str], str] | None:
    """The function that makes a file shorter; None for what has to stay as it is, such as files of others."""
    file = Path(path)
    if file.suffix == ".css":
        return stylesheets.minify
    return scripts.lighten if file.suffix == ".js" and file.parent.name != VENDORED else None


def _as_gzip(path: _Path, stat_result: os.stat_result, plain: Response) -> Response:
    body = _compressed(os.fspath(path), stat_result.st_mtime_ns)
    return _of(body, plain, {"Content-Encoding": "gzip", "ETag": etag_of(plain.headers["ETag"])})


def _of(body: bytes, file: Response, headers: Mapping[str, str]) -> Response:
    kept = {name: file.headers[name] for name in ("ETag", "Last-Modified")}
    return Response(body, file.status_code, {**kept, **headers}, file.media_type)


@lru_cache(maxsize=64)
def _compressed(path: str, changed: int) -> bytes:
    return compress(_minified(path, changed), _SMALLEST)


@lru_cache(maxsize=64)
def _minified(path: str, _changed: int) -> bytes:
    minify = _minifier_of(path)
    return minify(Path(path).read_text(encoding="utf-8")).encode() if minify else Path(path).read_bytes()
