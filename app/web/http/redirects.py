"""Redirects after a form: to route names, never to addresses somebody sent."""

from starlette.requests import Request
from starlette.responses import RedirectResponse

TARGETS = {"me": "me", "board": "current_board", "organizer": "organizer_home"}
"""The values of `to=` on the sign-in page, with the routes they mean."""


def see(request: Request, route: str, *, done: str = "", **parts: str) -> RedirectResponse:
    """See another page after a form: its route's name, the parts of its path, and which sentence tells what was done.

    The address is a path of ours: no Host header can lead it elsewhere.
    """
    path = str(request.app.url_path_for(route, **parts))
    return RedirectResponse(f"{path}?done={done}" if done else path, status_code=303)


def target(to: str) -> str:
    """The route that a `to=` names; anything else leads to one's own page."""
    return TARGETS.get(to, "me")
