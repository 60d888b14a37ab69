"""Helpers of the pages that are somebody's own: the person they are of."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.web.http.render import render_page


def page(request: Request, actor: SignedInActor, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page for one person."""
    return render_page(request, f"me/{template}.html", status=status, actor=actor, **context)
