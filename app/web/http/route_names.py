"""Addresses as logs and the audit may name them: by their route, never as they were asked for."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount

NOWHERE = "(no route)"
LONGEST_CACHED = 200  # characters: our longest address has about a hundred, and strangers choose what is asked for


class RouteNames:
    """Routes, and those of `others`. An address may hold a secret, and whoever asks chooses it; a route is ours."""

    def __init__(self, routes: Sequence[BaseRoute], others: "RouteNames | None" = None) -> None:
        self._routes = tuple(routes)
        self._others = others
        self._cached = lru_cache(maxsize=1_000)(self._find)

    def of(self, path: str) -> str:
        """The route that a path takes, such as `/sign-in/link/{secret}`; NOWHERE where there is none."""
        return self._cached(path) if len(path) <= LONGEST_CACHED else self._find(path)

    def _find(self, path: str) -> str:
        return next((route for pattern, route in self._patterns if pattern.match(path)), NOWHERE)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The patterns of all routes; made on first use, for it takes a third of a second."""
        return [*_patterns(self._routes), *(self._others._patterns if self._others else ())]


def _patterns(routes: Sequence[BaseRoute]) -> Iterator[tuple[re.Pattern[str], str]]:
    # FastAPI documents neither `iter_route_contexts` nor `original_route`: tests/web/test_route_names.py fails where an
    # upgrade changes them.
    for route in iter_route_contexts(routes):
        path = f"{route.path}/{{path}}" if isinstance(route.original_route, Mount) else str(route.path)
        yield route.path_regex, path


def route_of(request: Request) -> str:
    """The route that a request takes: what to log of it, and what to count it by."""
    routes: RouteNames = request.app.state.routes
    return routes.of(request.scope["path"])
