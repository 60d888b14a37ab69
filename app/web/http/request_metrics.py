"""Request durations, to the first byte of the answer, by method, route and status."""

from typing import Final

from prometheus_client import Histogram
from starlette.types import Scope

from app.metrics import REQUESTS

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})

_series: dict[tuple[str, str, int], Histogram] = {}


def note(scope: Scope, status: int, seconds: float) -> None:
    """Note one answer. Labels are ours, never the client's: a route instead of a path, “other” for a strange method."""
    name = scope["app"].state.routes.of(scope["path"])
    method = scope["method"] if scope["method"] in METHODS else "other"
    key = (method, name, status)
    series = _series.get(key)
    if series is None:
        series = _series[key] = REQUESTS.labels(method, name, str(status))
    series.observe(seconds)
