"""The ceremony for the room: one stage on every screen, driven by whoever holds the presenter's link."""

from dataclasses import dataclass
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, visitor
from app.domain.standings import ceremony
from app.errors import Malformed, NotAllowed
from app.live.messages import event
from app.services import ceremonies
from app.services.ceremonies import Move
from app.services.feedback import listing
from app.services.operations import secrets
from app.services.operations.secrets import SigningKey
from app.services.weeks import weeks
from app.web import rehearsal_door
from app.web.access import credential_of, needs_of_board
from app.web.boards import BoardSnapshot
from app.web.deps import (
    AppBoards,
    AppClock,
    AppDatabase,
    AppKey,
    AppSettings,
    AppStreams,
    Authorize,
    act_of,
    clock_of,
)  # fmt: skip
from app.web.event_stream import EventStream
from app.web.http import redirects, render
from app.web.http.client import network_of
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.topics import BoardTopic

MOST_DONE = 3
"""Things done of wishes from the week before, which the welcome names."""
router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/summary/present", route_class=DatabaseRoute)

PresenterKey = Annotated[str, Query(alias="key", max_length=500)]
_ANYBODY, _READERS = Authorize("nothing"), Authorize("boards")


async def _admit(request: Request, signing: SigningKey, clock: Clock, week: str, key: str) -> bool:
    """Let in the presenter's link, on any device, and whoever may read boards; tell whether they present.

    Raises NotAllowed for a key that does not count, and what the door of boards raises.
    """
    is_presenter = _presents(signing, clock, week, key)
    await (_ANYBODY if is_presenter else _READERS).admit(request)
    return is_presenter


@dataclass(frozen=True)
class CeremonyRenderer:
    """A live view of the ceremony; every viewer gets the step that is on, the presenter also what comes next.

    It shows the organizers' board, one step at a time: nothing of a later step is in the page or the stream, and the
    stream is silent while the step stays.
    """

    database: Database
    clock: Clock
    is_presenter: bool
    name = "ceremony"

    def __call__(self, snapshot: BoardSnapshot) -> bytes:
        """The stage as one event; its id is the step, which says nothing about the board behind it."""
        step, body = self.render(snapshot, streamed=True)
        return event(step, body)

    def render(self, snapshot: BoardSnapshot, *, streamed: bool = False) -> tuple[int, bytes]:
        """The step that is on, and its HTML; only what the stream brings comes in with a motion."""
        with self.database.reading() as session:
            week = weeks.admitted(session, snapshot.week)
            step = ceremony.clamp(ceremonies.current(session, week), snapshot.board)
            is_first = ceremony.steps(snapshot.board)[step].act == "welcome"
            since = listing.done_before(session, week, "public", MOST_DONE) if is_first else []
        context = self.build_context(snapshot, step)
        return step, render.render("ceremony/_stage.html", streamed=streamed, since=since, **context)

    def build_context(self, snapshot: BoardSnapshot, step: int) -> dict[str, object]:
        """The context of the stage's template."""
        steps = ceremony.steps(snapshot.board)
        totals = snapshot.board.totals.items()
        return {
            "board": snapshot.board,
            "zone": snapshot.zone,
            "kinds": snapshot.rules.kind_by_name,
            "totals": [(kind, count) for kind, count in totals if count] or totals,
            "step": steps[step],
            "number": step,
            "last": len(steps) - 1,
            "upcoming": steps[step + 1].hint if self.is_presenter and step + 1 < len(steps) else "",
            "is_presenter": self.is_presenter,
        }


@router.get("", name="ceremony")
async def stage(
    request: Request,
    week: str,
    boards: AppBoards,
    database: AppDatabase,
    signing: AppKey,
    clock: AppClock,
    key: PresenterKey = "",
    screen: Annotated[str, Query()] = "",
) -> Response:
    """The stage; with the presenter's key also the controls. On a `screen` it turns to the display when it is over."""
    is_presenter = await _admit(request, signing, clock, week, key)
    snapshot = await boards.get(week, "organizers")
    step, body = await database.reads.run(CeremonyRenderer(database, clock, is_presenter).render, snapshot)
    page = render.render(
        "ceremony/index.html",
        board_name=snapshot.content.head.name,
        week=snapshot.week,
        zone=snapshot.zone,
        stage=body.decode(),
        is_over=step == len(ceremony.steps(snapshot.board)) - 1,
        is_presenter=is_presenter,
        is_screen=bool(screen) and not is_presenter,
        key=key,
    )
    return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"})


@router.get("/live", name="ceremony_live")
async def live_stage(
    request: Request,
    week: str,
    boards: AppBoards,
    streams: AppStreams,
    database: AppDatabase,
    signing: AppKey,
    settings: AppSettings,
    clock: AppClock,
    key: PresenterKey = "",
) -> Response:
    """The stage, at once and whenever the step changes."""
    is_presenter = await _admit(request, signing, clock, week, key)
    snapshot = await boards.get(week, "organizers")
    needs = None if is_presenter else needs_of_board(settings)
    topic = BoardTopic(snapshot.week, "organizers", CeremonyRenderer(database, clock, is_presenter), needs)
    # Never compressed: the presenter's stage holds their key.
    return EventStream(await streams.open(topic, network_of(request), credential_of(request)))


class MoveForm(Form):
    """A button of the presenter's controls, and their key."""

    to: str
    key: str = ""


@router.post("", name="ceremony_move")
async def move(
    request: Request,
    week: str,
    boards: AppBoards,
    database: AppDatabase,
    signing: AppKey,
    clock: AppClock,
    form: FormState[MoveForm],
) -> Response:
    """Go on, back or to the beginning; every screen follows. Raises NotAllowed without the presenter's key.

    It waits for a board that is ready, as the stage does.
    """
    data, is_presenter = form.data, _presents(signing, clock, week, form.data.key)
    await rehearsal_door.admit(request, database, clock, may_enter=is_presenter)
    snapshot = await boards.get(week, "organizers")
    if not is_presenter:
        raise NotAllowed("Only the presenter moves the ceremony. Ask an organizer for the presenter link.")
    if data.to not in get_args(Move):
        raise Malformed("The ceremony can go next, back or restart.")
    act = act_of(request, visitor("presenter"), clock_of(request).game())
    await database.writes.run(_move, database, act, snapshot.week, cast("Move", data.to))
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204)
    return redirects.see("ceremony", week=week, key=data.key)


def _move(database: Database, act: Act, slug: str, to: Move) -> None:
    with database.unit_of_work() as session:
        ceremonies.move(session, slug, to, act)


def _presents(signing: SigningKey, clock: Clock, week: str, key: str) -> bool:
    """Tell whether the key is the presenter's. Raises NotAllowed for one that was given and does not count."""
    if not key:
        return False
    if not secrets.is_presenter_key(signing, week, key, clock.real()):
        raise NotAllowed("This presenter link has expired or is incomplete. Ask an organizer for a new one.")
    return True
