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
from app.services.operations.secrets import SigningKey
from app.services.shifts.worth import Worths
from app.web.demo_tools import DemoTools
from app.web.deps import clock_of, context_of
from app.web.http import redirects
from app.web.http.forms import UNSAVED, Form, FormState, errors_of
from app.web.http.problems import headers_of
from app.web.http.render import render_page
from app.web.seats.seat_lists import SeatLists
from app.web.shift_lists import ShiftLists

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
    session: Session = field(default_factory=Session)  # one without a database, for pages that need none
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
        return clock_of(self.request)

    @property
    def shift_lists(self) -> ShiftLists:
        """The shifts of weeks as all readers share them."""
        return context_of(self.request).shift_lists

    @property
    def seat_lists(self) -> SeatLists:
        """The seats of shifts as they are streamed."""
        return context_of(self.request).seat_lists

    @property
    def worths(self) -> Worths:
        """The worth of shifts."""
        return context_of(self.request).worths

    @property
    def has_mail(self) -> bool:
        """True if this installation sends mail."""
        return context_of(self.request).mailer is not None

    @property
    def company(self) -> str:
        """The name of the company whose accounts sign in here; empty without one."""
        provider = context_of(self.request).company
        return provider.name if provider else ""

    @property
    def key(self) -> SigningKey:
        """The installation's key, which seals secrets."""
        return context_of(self.request).key

    @property
    def demo_tools(self) -> DemoTools | None:
        """The tools of the demo; None where no demo runs."""
        return context_of(self.request).demo_tools

    @property
    def errors(self) -> dict[str, str]:
        """The sentences of what was refused by field, for a search, whose fields are in the address."""
        return errors_of(self.problem) if self.problem else {}

    def form(self, model: type[AnyForm], item: str = "", **values: Any) -> FormState[AnyForm]:
        """A form of the page: as it was sent, if it is the one that was, else with these values to begin with."""
        sent = self.sent
        if sent is not None and (sent.model, sent.item) == (model, item):
            return sent
        return FormState.blank(model, item, **values)

    def render(self, template: str, **context: Any) -> Response:
        """The page, with the status of what was refused and its sentence."""
        actor = self.act.actor
        problem = self.problem
        response = render_page(
            self.request,
            template,
            status=problem.status if problem else 200,
            actor=actor if isinstance(actor, SignedInActor) else None,
            refused=self._refused(),
            done=self.flash,
            **context,
        )
        response.headers.update(headers_of(problem) if problem else {})
        return response

    def _refused(self) -> str:
        """The sentence above the form for what was refused; several mistakes stand at their fields alone."""
        if self.problem is None:
            return ""
        fields = {str(error.get("field")) for error in self.problem.extra.get("errors", ())}
        are_marked = self.sent is not None and fields <= self.sent.model.model_fields.keys()
        return UNSAVED if len(fields) > 1 and are_marked else self.problem.detail


@dataclass(frozen=True)
class Done:
    """The outcome of a form: the route to see next, and which of its sentences says so; or something to show once.

    What is shown once is shown by `page`, or by the form's own; `flash` then is the sentence itself. With a `refusal`
    it was refused, and yet what it did besides stays.
    """

    route: str = ""
    flash: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    shown_once: Any = None
    page: "Maker[Any] | None" = None
    refusal: Problem | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """A limit on what somebody tries: counted before the try, or after one that ends in a certain problem.

    Where it `is_given_back`, a try that succeeds does not count.
    """

    limit: Limit
    key: str
    only_for: type[Problem] | None = None
    is_given_back: bool = False

    def count(self, request: Request) -> None:
        """Count a try. Raises TooMany beyond the limit."""
        context = context_of(request)
        with context.database.unit_of_work() as session:
            throttle.count(session, self.limit, self.key, context.clock.real())

    def give_back(self, request: Request, session: Session) -> None:
        """Take a try off the count, in the transaction in which it succeeded."""
        if self.is_given_back:
            throttle.give_back(session, self.limit, self.key, context_of(request).clock.real())

    def refusal(self, request: Request, problem: Problem) -> Problem:
        """The problem to tell: this one, or that there were too many like it."""
        if self.only_for is None or not isinstance(problem, self.only_for):
            return problem
        try:
            self.count(request)
        except Problem as too_many:
            return too_many
        return problem


Change = Callable[[Session, ActT], Done]
Maker = Callable[[Page[ActT]], Response]


def submit(
    request: Request,
    act: ActT,
    change: Change[ActT],
    *,
    page: Maker[ActT],
    form: FormState[Any] | None = None,
    tries: Tries | None = None,
) -> Response:
    """Change something as a form asks for, and see the route it leads to (303), or the page with what is shown once.

    The change is one transaction. Where a Problem ends it, the page comes again with its status, what was typed and
    what is wrong at which field. `tries` are counted in a transaction of their own. To be called where writing is.
    """
    database = context_of(request).database
    try:
        if tries is not None and tries.only_for is None:
            tries.count(request)
        if form is not None:
            form.check()
        with database.unit_of_work() as session:
            done = change(session, act)
            if tries is not None:
                tries.give_back(request, session)
        if done.refusal is not None:
            raise done.refusal
    except Problem as problem:
        refusal = tries.refusal(request, problem) if tries is not None else problem
        return refuse(request, act, refusal, page=page, form=form)
    if done.shown_once is None:
        return redirects.see(done.route, done=done.flash, **done.parts)
    with database.reading() as session:
        return (done.page or page)(Page(request, act, session, flash=done.flash, shown_once=done.shown_once))


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
