"""The context that organizers' pages share: zone, alerts, and what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.errors import NotAllowed, Problem
from app.models import Week
from app.web.context import installation
from app.web.http.problems import headers_of
from app.web.http.render import render_page


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of a form on its page: why it was refused, and what was typed into it.

    `form` names the form, for pages with several; `errors` are sentences by field; `headers` say when to come back.
    """

    refused: str = ""
    status: int = 200
    form: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def of(self, form: str) -> Mapping[str, Any]:
        """The values typed into this form; nothing where another one was sent."""
        return self.typed if form == self.form else {}


NOTHING = Reply()


def refusal(problem: Problem, form: str = "", typed: Mapping[str, Any] | None = None) -> Reply:
    """The reply to a form that was refused."""
    return Reply(problem.detail, problem.status, form, typed or {}, headers=headers_of(problem))


def page(
    request: Request, template: str, actor: SignedInActor, reply: Reply = NOTHING, *, done: str = "", **context: Any
) -> Response:
    """A page for an organizer; `done` is a sentence to begin with."""
    response = render_page(request, template, status=reply.status, actor=actor, reply=reply, done=done, **context)
    response.headers.update(reply.headers)
    return response


def zone_of(week: Week | None) -> tzinfo:
    """The zone whose days and hours an organizer thinks in: the week's, or UTC while there is none."""
    return week.zone if week else UTC


def zone_name(week: Week | None) -> str:
    """The same in words."""
    return week.zone.key.replace("_", " ") if week else "UTC"


def remember(request: Request, actor: SignedInActor, problem: Problem) -> None:
    """Write down that somebody was not allowed what they tried; to be called where writing is."""
    if isinstance(problem, NotAllowed):
        installation(request).refusals.write(request, actor, problem)
