"""What all pages of organizers have in common: who looks, whose clock, what was done or refused."""

from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from anyio import from_thread
from starlette.requests import Request
from starlette.responses import Response

from app.domain.who import Member
from app.errors import NotAllowed, Problem
from app.models import Week
from app.web.render import render_page
from app.web.state import installation


def page(
    request: Request,
    template: str,
    who: Member,
    *,
    status: int = 200,
    done: str = "",
    refused: str = "",
    **context: Any,
) -> Response:
    """A page for an organizer; `done` and `refused` are sentences to begin with."""
    return render_page(request, template, status=status, who=who, done=done, refused=refused, **context)


def zone_of(week: Week | None) -> tzinfo:
    """The zone whose days and hours an organizer thinks in: the week's, or UTC while there is none."""
    return ZoneInfo(week.timezone) if week else UTC


def zone_name(week: Week | None) -> str:
    """The same in words."""
    return week.timezone.replace("_", " ") if week else "UTC"


def remember(request: Request, who: Member, problem: Problem) -> None:
    """Write down that somebody was not allowed what they tried; to be called from a worker thread."""
    if isinstance(problem, NotAllowed):
        from_thread.run(installation(request).refusals.note, request, who, problem)
