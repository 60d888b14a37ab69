"""Redirects after a form: to route names, never to addresses somebody sent."""

from starlette.responses import RedirectResponse

from app.web.http.addresses import url_for

SEE_OTHER = 303
TARGETS = {
    "me": "me",
    "board": "current_board",
    "organizer": "organizer_home",
    "shifts": "current_shifts",
    "guide": "guide",
}
"""The values of `to=` on the sign-in page, with the routes they mean."""


def see(route: str, *, done: str = "", **parts: str) -> RedirectResponse:
    """See another page after a form: its route's name, the parts of its path, and which sentence tells what was done.

    The address is a path of ours: no Host header can lead it elsewhere.
    """
    return RedirectResponse(url_for(route, done=done, **parts), status_code=SEE_OTHER)


def target(to: str) -> str:
    """The route that a `to=` names; anything else leads to one's own page."""
    return TARGETS.get(to, "me")
