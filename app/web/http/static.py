"""Static files, kept by browsers for ever where the address carries the content's hash."""

import mimetypes
import os

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Which types a system knows differs, and Python itself learns of this one in 3.14.
mimetypes.add_type("font/woff2", ".woff2")


class Files(StaticFiles):
    """Static files with a Cache-Control that fits their address."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file; `?v=<hash>` makes it immutable, any other address is asked for again each time."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        has_hash = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if has_hash else "no-cache"
        return response
