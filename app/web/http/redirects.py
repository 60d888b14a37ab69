"""Redirects after a form: to route names, never to addresses somebody sent."""

from starlette.responses import RedirectResponse

from app.web.http import onward
from app.web.http.addresses import url_for

SEE_OTHER = 303


def see(route: str, *, done: str = "", **parts: str) -> RedirectResponse:
    """See another page after a form: its route's name, the parts of its path, and which sentence tells what was done.

    The address is a path of ours: no Host header can lead it elsewhere.
    """
    return RedirectResponse(url_for(route, done=done, **parts), status_code=SEE_OTHER)


def go_on(to: str, otherwise: str = "me") -> RedirectResponse:
    """See the page that a `to=` names; else the route given."""
    place = onward.read(to)
    return see(otherwise) if place is None else see(place.route, **place.parts)
