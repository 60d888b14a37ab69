"""Dependencies of routes: the act of a request, the form that came with it, and parts of the application."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act, Actor, SignedInAct, SignedInActor, visitor
from app.errors import Problem, SignInNeeded, Unavailable
from app.integrations.mail import Mailer
from app.live.publisher import Publisher
from app.services.access import throttle
from app.services.access.throttle import Limit
from app.services.operations.secrets import SigningKey
from app.services.shifts.worth import Worths
from app.services.standings.hall_of_fame import HallOfFame
from app.web import rehearsal_door
from app.web.access import Need, decide, recognise
from app.web.board_cache import BoardCache
from app.web.context import AppContext
from app.web.demo_tools import DemoTools
from app.web.http import csrf
from app.web.http.areas import find_area
from app.web.http.client import address_of
from app.web.http.forms import F, FormState
from app.web.reception import Reception
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.seats.seat_lists import SeatLists
from app.web.shift_lists import ShiftLists
from app.web.summaries import Summaries
from app.web.write_queue import WriteQueue


class Guard(SecurityBase):
    """The base of dependencies that authorize: what they need.

    It is its own security scheme, because every further step of a dependency costs each request as much as ours.
    """

    model = HTTPBearer(description="A token made with `assembly-week token create`.")
    scheme_name = "HTTPBearer"

    def __init__(self, need: Need) -> None:
        self._need: Need = need

    async def admit(self, request: Request) -> Actor | None:
        """Let in whoever is asking; what somebody signed in sends must come from a form of theirs.

        Raises what `decide` raises, and SignInNeeded for a bad token.
        """
        context = context_of(request)
        actor, away = await recognise(request, context.credentials)
        try:
            decide(find_area(request.scope["path"]), actor, context.settings, self._need)
        except SignInNeeded as problem:
            raise away or problem from None
        except Problem as problem:
            await context.refusals.note(request, actor, problem)
            raise
        may_enter = actor is not None and actor.may("admin")
        await rehearsal_door.admit(request, context.database, context.clock, may_enter=may_enter)
        if isinstance(actor, SignedInActor) and request.method not in csrf.SAFE:
            await csrf.check(request, actor)
            await context.count(throttle.FORMS_BY_PERSON, actor.person_id)
        return actor


class Authorize(Guard):
    """A dependency that gives the actor who has what a route needs; None for a visitor."""

    async def __call__(self, request: Request) -> Actor | None:
        """Admit a request. Raises SignInNeeded or NotAllowed."""
        return await self.admit(request)


Reader = Annotated[Actor, Depends(Authorize("read"))]
Writer = Annotated[Actor, Depends(Authorize("activities:write"))]
BoardReader = Annotated[Actor | None, Depends(Authorize("boards"))]
Anybody = Annotated[Actor | None, Depends(Authorize("nothing"))]
SignedIn = Annotated[SignedInActor, Depends(Authorize("person"))]
Organizer = Annotated[SignedInActor, Depends(Authorize("organizer"))]
Owner = Annotated[SignedInActor, Depends(Authorize("owner"))]


def act_of(request: Request, actor: Actor, now: datetime) -> Act:
    """The act of a request: a signed-in person's, or anybody else's."""
    client = address_of(request) or None
    if isinstance(actor, SignedInActor):
        return SignedInAct(actor, now, client)
    return Act(actor, now, client)


def visit(request: Request) -> Act:
    """The act of somebody at a door, who says there who they are; at the real time, as sign-ins go."""
    return act_of(request, visitor(""), context_of(request).clock.real())


class ActDoor(Guard):
    """A dependency: the act of whoever is let in by one check, at the game's time or at the real one.

    Whoever is not known acts as a visitor without a name, where the check lets them.
    """

    def __init__(self, need: Need, *, real: bool = False) -> None:
        super().__init__(need)
        self._is_real = real

    async def __call__(self, request: Request) -> Act:
        """The act that this request asks for."""
        actor = await self.admit(request) or visitor("")
        clock = clock_of(request)
        return act_of(request, actor, clock.real() if self._is_real else clock.game())


AnybodyRealAct = Annotated[Act, Depends(ActDoor("nothing", real=True))]
AnybodyAct = Annotated[Act, Depends(ActDoor("nothing"))]
ReaderAct = Annotated[Act, Depends(ActDoor("read"))]
WriterAct = Annotated[Act, Depends(ActDoor("activities:write"))]
CorrectorAct = Annotated[Act, Depends(ActDoor("ledger:correct"))]
ShiftWriterAct = Annotated[Act, Depends(ActDoor("shifts:write"))]
AdminAct = Annotated[Act, Depends(ActDoor("admin"))]
RuleWriterAct = Annotated[Act, Depends(ActDoor("rules:write"))]
BoardAct = Annotated[Act, Depends(ActDoor("boards"))]
MemberAct = Annotated[SignedInAct, Depends(ActDoor("person"))]
OrganizerAct = Annotated[SignedInAct, Depends(ActDoor("organizer"))]
OwnerAct = Annotated[SignedInAct, Depends(ActDoor("owner"))]
"""These go by the game's time: weeks, teams and the ledger do."""

AdminRealAct = Annotated[Act, Depends(ActDoor("admin", real=True))]
MemberRealAct = Annotated[SignedInAct, Depends(ActDoor("person", real=True))]
OrganizerRealAct = Annotated[SignedInAct, Depends(ActDoor("organizer", real=True))]
OwnerRealAct = Annotated[SignedInAct, Depends(ActDoor("owner", real=True))]
"""These go by the real time: people, sign-ins, links, tokens and displays do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the application, by its name there: the route class hands it out, in the thread that asks for it.

    It is no dependency of FastAPI's: each of those costs every request 20 µs, and one that opens a session would open
    it in a thread that is not there for the database.
    """

    name: str


READ_SESSION = Part("session")

ReadSession = Annotated[Session, READ_SESSION]
"""A session that looks at one state of the database, open for as long as the route runs."""

AppReception = Annotated[Reception, Part("reception")]
AppDemoTools = Annotated[DemoTools | None, Part("demo_tools")]
AppBoards = Annotated[BoardCache, Part("boards")]
AppStreams = Annotated[Publisher, Part("streams")]
AppSeatLists = Annotated[SeatLists, Part("seat_lists")]
AppShiftLists = Annotated[ShiftLists, Part("shift_lists")]
AppHallOfFame = Annotated[HallOfFame, Part("hall_of_fame")]
AppWorths = Annotated[Worths, Part("worths")]
AppSummaries = Annotated[Summaries, Part("summaries")]
AppWriteQueue = Annotated[WriteQueue, Part("write_queue")]
AppClock = Annotated[Clock, Part("clock")]
AppDatabase = Annotated[Database, Part("database")]
AppMailer = Annotated[Mailer | None, Part("mailer")]
AppDisplayRenderer = Annotated[DisplayRenderer, Part("display_renderer")]
if TYPE_CHECKING:
    from app.integrations.oidc.client import Provider

    AppProvider = Annotated[Provider | None, Part("company")]
else:  # the provider's module is loaded only where there is one
    AppProvider = Annotated[object, Part("company")]
AppJobKinds = Annotated[frozenset[str], Part("job_kinds")]
AppKey = Annotated[SigningKey, Part("key")]
AppSettings = Annotated[Settings, Part("settings")]


def clock_of(request: Request) -> Clock:
    """The clock of what a request is about: the application's, or that of the rehearsal it names."""
    clock: Clock | None = getattr(request.state, "rehearsal_clock", None)
    return clock or context_of(request).clock


def context_of(request: Request) -> AppContext:
    """The application that serves this request."""
    context: AppContext = request.app.state.context
    return context


async def body_of(request: Request) -> bytes:
    """The body of a request, read when everything before it has let the request in."""
    return await request.body()


RawBody = Annotated[bytes, Depends(body_of)]


async def count_try(request: Request, limit: Limit, key: str) -> None:
    """Count a try for good, for a route that finds its threads itself. Raises TooMany beyond the limit."""
    await context_of(request).count(limit, key)


async def give_back_try(request: Request, limit: Limit, key: str) -> None:
    """Take a try off the count, for it succeeded; an outage keeps nobody from what they found."""
    with suppress(Unavailable):
        await context_of(request).give_back(limit, key)


@contextmanager
def hand_out(request: Request, parts: Mapping[str, Part]) -> Iterator[dict[str, Any]]:
    """The parts a route asks for, by the names of its parameters, for as long as the block lasts."""
    context = context_of(request)
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(context.database.reading())
            if part is READ_SESSION
            else clock_of(request)
            if part.name == "clock"
            else getattr(context, part.name)
            for name, part in parts.items()
        }


class FormReader(Generic[F]):
    """A dependency: the form that came with a request, whatever it says."""

    def __init__(self, model: type[F]) -> None:
        self._model = model

    async def __call__(self, request: Request) -> FormState[F]:
        """The form as it was sent. Raises Malformed for a body that is none."""
        form = await csrf.read(request)
        files = {
            name: await value.read() for name, value in form.items() if isinstance(value, UploadFile) and value.filename
        }
        await form.close()
        return FormState.sent(self._model, form, files)
