"""The page somebody wants after signing in: `to=` names its route and the parts of its path, never an address."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request

from app.web.http import addresses

NAMES = {
    "me": "me",
    "board": "current_board",
    "organizer": "organizer_home",
    "shifts": "current_shifts",
    "guide": "guide",
}
"""The short values of `to=`, with the routes they mean."""
LONGEST = 200  # characters: a route's name and two parts have about sixty
_SHORT = {route: name for name, route in NAMES.items()}


class Place(NamedTuple):
    """A page of ours: its route's name and the parts of its path."""

    route: str
    parts: Mapping[str, str]


def read(to: str) -> Place | None:
    """Read a `to=`, such as `me` or `week_shift/q3-2022/3f…`; None for what names no page.

    Whoever sends it chooses among our pages alone: the address is built from the route.
    """
    name, *parts = to.split("/") if len(to) <= LONGEST else [""]
    route = NAMES.get(name, name)
    places = addresses.places_of_page(route)
    if places is None or len(places) != len(parts) or not all(part.strip(".") for part in parts):
        return None
    return Place(route, dict(zip(places, parts, strict=True)))


def write(route: str, /, *parts: str) -> str:
    """The `to=` of a page."""
    return "/".join((_SHORT.get(route, route), *parts))


def of(request: Request) -> str:
    """The `to=` of the page that a request asks for; empty where that is none to come back to."""
    route, parts = request.scope.get("route"), request.scope.get("path_params", {})
    name = str(getattr(route, "name", ""))
    places = addresses.places_of_page(name) if request.method in ("GET", "HEAD") else None
    to = write(name, *(str(parts.get(place, "")) for place in places)) if places is not None else ""
    return to if read(to) is not None else ""
