"""One way for every form: do what it asks for in one transaction, then lead on, or show its page again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.clock import Clock
from app.config import Settings
from app.domain.actor import Act, SignedInActor
from app.errors import NotAllowed, Problem
from app.services.access import throttle
from app.services.access.throttle import Limit
from app.web.deps import context_of
from app.web.http import redirects
from app.web.http.forms import Form, FormState
from app.web.http.problems import headers_of
from app.web.http.render import render_page

ActT = TypeVar("ActT", bound=Act)
AnyForm = TypeVar("AnyForm", bound=Form)


@dataclass(frozen=True, slots=True)
class Page(Generic[ActT]):
    """The context of a page: its reader, a session to read with, and the outcome of a form.

    `sent` is the form that was refused, `problem` why; `flash` says what was done, `shown_once` is a secret that was
    made for this answer alone.
    """

    request: Request
    act: ActT
    session: Session
    sent: FormState[Any] | None = None
    problem: Problem | None = None
    flash: str = ""
    shown_once: Any = None

    @property
    def settings(self) -> Settings:
        """The application's settings."""
        return context_of(self.request).settings

    @property
    def clock(self) -> Clock:
        """The application's clock, for what goes by another time than the act."""
        return context_of(self.request).clock

    @property
    def has_mail(self) -> bool:
        """True if this installation sends mail."""
        return context_of(self.request).mailer is not None

    def form(self, model: type[AnyForm], key: str = "", **values: Any) -> FormState[AnyForm]:
        """A form of the page: as it was sent, if it is the one that was, else with these values to begin with."""
        sent = self.sent
        if sent is not None and (sent.model, sent.key) == (model, key):
            return sent
        return FormState.blank(model, key, **values)

    def render(self, template: str, **context: Any) -> Response:
        """The page, with the status of what was refused and its sentence."""
        actor = self.act.actor
        problem = self.problem
        response = render_page(
            self.request,
            template,
            status=problem.status if problem else 200,
            actor=actor if isinstance(actor, SignedInActor) else None,
            refused=problem.detail if problem else "",
            done=self.flash,
            **context,
        )
        response.headers.update(headers_of(problem) if problem else {})
        return response


@dataclass(frozen=True)
class Done:
    """The outcome of a form: the route to see next, and which of its sentences says so; or something to show once.

    What is shown once is shown by `page`, or by the form's own; `flash` then is the sentence itself.
    """

    route: str = ""
    flash: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    shown_once: Any = None
    page: "Maker[Any] | None" = None


Change = Callable[[Session, ActT], Done]
Maker = Callable[[Page[ActT]], Response]


def submit(
    request: Request,
    act: ActT,
    change: Change[ActT],
    *,
    page: Maker[ActT],
    form: FormState[Any] | None = None,
    limit: tuple[Limit, str] | None = None,
) -> Response:
    """Change something as a form asks for, and see the route it leads to (303), or the page with what is shown once.

    The change is one transaction. Where a Problem ends it, the page comes again with its status, what was typed and
    what is wrong at which field. With a `limit` the try counts before it is made,
    whatever comes of it. To be called where writing is.
    """
    database = context_of(request).database
    try:
        if limit is not None:
            _count(request, *limit)
        if form is not None:
            form.check()
        with database.unit_of_work() as session:
            done = change(session, act)
    except Problem as problem:
        return refuse(request, act, problem, page=page, form=form)
    if done.shown_once is None:
        return redirects.see(done.route, done=done.flash, **done.parts)
    with database.reading() as session:
        return (done.page or page)(Page(request, act, session, flash=done.flash, shown_once=done.shown_once))


def _count(request: Request, limit: Limit, key: str) -> None:
    context = context_of(request)
    with context.database.unit_of_work() as session:
        throttle.count(session, limit, key, context.clock.real())


def refuse(
    request: Request,
    act: ActT,
    problem: Problem,
    *,
    page: Maker[ActT],
    form: FormState[Any] | None = None,
    shown_once: Any = None,
) -> Response:
    """Show a form's page again, with what was typed and why it was refused; to be called where writing is."""
    context = context_of(request)
    if isinstance(problem, NotAllowed):
        context.refusals.write(request, act.actor, problem)
    sent = form.refused(problem) if form is not None else None
    with context.database.reading() as session:
        return page(Page(request, act, session, sent, problem, shown_once=shown_once))
