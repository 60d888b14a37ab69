"""Addresses of our own pages, by the name of their route: nobody types one, in a template or in a redirect."""

import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote, urlencode

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from app.web.http.areas import may_follow_sign_in

_PLACE = re.compile(r"\{(\w+)\}")
_routes: list[BaseRoute] = []


def register(routes: Iterable[BaseRoute]) -> None:
    """Let `url_for` know these routes: those of every application of this process."""
    _routes[:] = routes
    _paths.cache_clear()
    _pages.cache_clear()


@cache
def _paths() -> dict[str, str]:
    """The path of each route by its name; made on first use, because it takes a third of a second."""
    paths: dict[str, str] = {}
    for route in iter_route_contexts(_routes):
        name, path = str(route.name), str(route.path)
        if not isinstance(route.original_route, Mount) and paths.setdefault(name, path) != path:
            raise ValueError(f"Both {paths[name]} and {path} are called {name}: give one of them another name.")
    return paths


@cache
def _pages() -> dict[str, tuple[str, ...]]:
    """The places in the path of each page for people by its route's name; streams and ways in are none."""
    pages: dict[str, tuple[str, ...]] = {}
    for route in iter_route_contexts(_routes):
        path = str(route.path)
        is_read = not isinstance(route.original_route, Mount) and "GET" in (route.methods or ())
        if is_read and may_follow_sign_in(path) and not path.endswith("/live"):
            pages[str(route.name)] = tuple(_PLACE.findall(path))
    return pages


def places_of_page(name: str) -> tuple[str, ...] | None:
    """The places in the path of a page that may follow a sign-in; None for every other route, and for no route."""
    return _pages().get(name)


def url_for(name: str, /, **values: str | int) -> str:
    """Return the path of a route, with values in its places; all others that are not empty become its query.

    Needs no request, so that boards can be kept. Raises LookupError for an unknown name, or a place without a value,
    and TypeError for a thing in a place where its name or id belongs.
    """
    path = _paths().get(name)
    if path is None:
        raise LookupError(f"There is no route called {name}.")
    places = _PLACE.findall(path)
    if missing := [place for place in places if place not in values]:
        raise LookupError(f"The address of {name} lacks {', '.join(missing)}.")
    filled = path.format_map({place: _quoted(values[place]) for place in places})
    query = urlencode({key: value for key, value in values.items() if key not in places and value})
    return f"{filled}?{query}" if query else filled


def _quoted(value: str | int) -> str:
    return quote(str(value) if isinstance(value, int) else value, safe="")
