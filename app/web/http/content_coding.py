"""Content coding (RFC 9110, 8.4 and 12.5.3): whether an answer goes out as gzip or as it is."""

import gzip
import re
from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Scope

# Whoever compresses what holds a secret, beside what others can choose, gives it away by its size (BREACH). So nothing
# is compressed on its way out, only what is made once for everybody: representations, streams and static files.
LEVEL = 6
LEAST_BYTES = 1_000  # less fits into the packet that the headers travel in
VARY = "Accept-Encoding"
_COMPRESSIBLE = re.compile("text/(?!event-stream)|application/(json|javascript)|image/svg")
_ITEM = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?")
_LONGEST_HEADER = 500  # browsers send some thirty characters


def is_compressible(media_type: str) -> bool:
    """Tell whether bytes of this type become smaller: text does, pictures and fonts are small already."""
    return _COMPRESSIBLE.match(media_type) is not None


def accepts_gzip(scope: Scope) -> bool:
    """Tell whether a request prefers gzip to bytes as they are; one that asks for a range of bytes doesn't."""
    wanted: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            wanted.append(value)
        elif name == b"range":
            return False
    return bool(wanted) and _prefers_gzip(b",".join(wanted)[: _LONGEST_HEADER + 1])


@lru_cache(maxsize=256)
def _prefers_gzip(header: bytes) -> bool:
    if len(header) > _LONGEST_HEADER:
        return False
    weights = dict(_weights(header.decode("latin-1").split(",")))
    weight = max((weights[name] for name in ("gzip", "x-gzip") if name in weights), default=weights.get("*", 0.0))
    return weight > 0 and weight >= weights.get("identity", 0.0)


def _weights(items: Iterable[str]) -> Iterable[tuple[str, float]]:
    """Yield the weight of each coding; what is malformed is left out."""
    for item in items:
        if (coding := _ITEM.fullmatch(item.strip())) is not None:
            yield coding[1].lower(), float(coding[2] or 1)


def compress(body: bytes, level: int = LEVEL) -> bytes:
    """Return these bytes as gzip; equal bytes give equal ones."""
    return gzip.compress(body, level, mtime=0)


def etag_of(etag: str) -> str:
    """Return the ETag of the gzip of what has this one: another coding is another representation."""
    return f'{etag[:-1]}-gzip"'
