"""Organizers' pages with several forms: a refused one comes back as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from app.domain.who import Member
from app.errors import Problem
from app.web.render import render_page


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page says about the form that was sent: why it was refused, and what was typed into it.

    `form` names the form, for pages with several; `errors` are sentences by field.
    """

    refused: str = ""
    status: int = 200
    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def of(self, form: str) -> Mapping[str, str]:
        """What was typed into this form; nothing where another one was sent."""
        return self.typed if form == self.form else {}


NOTHING = Reply()


def refusal(problem: Problem, form: str = "", typed: Mapping[str, str] | None = None) -> Reply:
    """The reply to a form that was refused."""
    return Reply(problem.detail, problem.status, form, typed or {})


def private_page(request: Request, template: str, who: Member, reply: Reply = NOTHING, **context: object) -> Response:
    """An organizers' page, with what it says about the form that was sent."""
    return render_page(request, template, partial=None, status=reply.status, who=who, reply=reply, **context)
