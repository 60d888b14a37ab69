"""Gates: a router is searched only for paths that one of its routes takes."""

import re
from functools import cache, partial
from os.path import commonprefix

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope

_NAMED = re.compile(r"\(\?P<\w+>")


def gate(route: BaseRoute) -> BaseRoute:
    """Let a router be asked for paths alone that one of its routes takes; a route has a pattern of its own."""
    if isinstance(route, Route | Mount):
        return route
    # FastAPI tries the routes of every router in turn, at 2 µs each, and there are two hundred before the last one.
    matches, made = route.matches, cache(partial(_pattern, route))

    def asked(scope: Scope) -> tuple[Match, Scope]:
        if not scope.get("root_path"):  # with one, the path of a route is another than the scope's
            head, pattern = made()
            if not scope["path"].startswith(head) or not pattern.match(scope["path"]):
                return Match.NONE, {}
        return matches(scope)

    # Its class is not public, `matches` is: tests/web/test_gates.py fails where an upgrade changes it.
    route.matches = asked  # type: ignore[method-assign]
    return route


def _pattern(router: BaseRoute) -> tuple[str, re.Pattern[str]]:
    """The beginning that all paths of a router share, and a pattern of them all; slow, so made on first use."""
    routes = list(iter_route_contexts([router]))
    patterns = [_NAMED.sub("(?:", route.path_regex.pattern) for route in routes]
    heads = [str(route.path).partition("{")[0] for route in routes]
    return commonprefix(heads), re.compile("|".join(patterns))  # noqa: RUF071 - of characters, as startswith takes them
