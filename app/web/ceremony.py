"""The ceremony for the room: one stage on every screen, driven by whoever holds the presenter's link."""

from dataclasses import dataclass
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import visitor
from app.domain.rules import Rules
from app.domain.standings import ceremony
from app.domain.wording import metric_words
from app.errors import Malformed, NotAllowed
from app.live.messages import event
from app.services import ceremonies
from app.services.ceremonies import Move
from app.services.operations import secrets
from app.services.weeks import weeks
from app.web.access import BoardReader, credential_of, needs_of_board
from app.web.boards import Served
from app.web.context import Installation, installation
from app.web.deps import act_of
from app.web.http import redirects, render
from app.web.http.client import network_of
from app.web.routes import DatabaseRoute
from app.web.topics import Topic

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/summary/present", route_class=DatabaseRoute)

PresenterKey = Annotated[str, Query(alias="key", max_length=500)]


@dataclass(frozen=True)
class Stage:
    """A live view of the ceremony; every viewer gets the step that is on, the presenter also what comes next.

    It shows the organizers' board, one step at a time: nothing of a later step is in the page or the stream, and the
    stream is silent while the step stays.
    """

    place: Installation
    is_presenter: bool
    name = "ceremony"

    def __call__(self, served: Served) -> bytes:
        """The stage as one event; its id is the step, which says nothing about the board behind it."""
        step, body = self.render(served, streamed=True)
        return event(step, body)

    def render(self, served: Served, *, streamed: bool = False) -> tuple[int, bytes]:
        """The step that is on, and its HTML; only what the stream brings comes in with a motion."""
        with self.place.database.reading() as session:
            week = weeks.find(session, served.week, self.place.clock.game())
            step = ceremony.clamp(ceremonies.current(session, week), served.board)
        return step, render.render("ceremony/_stage.html", streamed=streamed, **self.facts(served, step))

    def facts(self, served: Served, step: int) -> dict[str, object]:
        """The context of the stage's template."""
        told = ceremony.steps(served.board)
        totals = served.board.totals.items()
        return {
            "board": served.board,
            "kinds": served.rules.kind_by_name,
            "totals": [(kind, count) for kind, count in totals if count] or totals,
            "step": told[step],
            "unit": _words(told[step], served.rules),
            "number": step,
            "last": len(told) - 1,
            "upcoming": told[step + 1].hint if self.is_presenter and step + 1 < len(told) else "",
            "is_presenter": self.is_presenter,
        }


def _words(step: ceremony.Step, rules: Rules) -> str:
    """The unit of a step's trophy."""
    won = [each for each in rules.trophies if step.trophy is not None and each.name == step.trophy.name]
    return metric_words(won[0].most, step.trophy.value, rules) if won and step.trophy is not None else ""


@router.get("", name="ceremony")
async def stage(request: Request, week: str, _who: BoardReader, key: PresenterKey = "") -> Response:
    """The stage; with the presenter's key also the controls. Raises NotAllowed for a key that does not count."""
    place = installation(request)
    served = await place.boards.get(week, "organizers")
    is_presenter = _presents(place, served, key)
    _step, body = await place.database.reads.run(Stage(place, is_presenter).render, served)
    page = render.render(
        "ceremony/index.html",
        board_name=served.content.head.name,
        week=served.week,
        stage=body.decode(),
        is_presenter=is_presenter,
        key=key,
    )
    return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"})


@router.get("/live", name="ceremony_live")
async def live_stage(request: Request, week: str, _who: BoardReader, key: PresenterKey = "") -> Response:
    """The stage, at once and whenever the step changes."""
    place = installation(request)
    served = await place.boards.get(week, "organizers")
    renderer = Stage(place, _presents(place, served, key))
    topic = Topic(served.week, "organizers", renderer, needs_of_board(place.settings))
    return await place.streams.open(topic, network_of(request), credential_of(request))


@router.post("", name="ceremony_move")
async def move(request: Request, week: str, to: Annotated[str, Form()], key: Annotated[str, Form()] = "") -> Response:
    """Go on, back or to the beginning; every screen follows. Raises NotAllowed without the presenter's key."""
    place = installation(request)
    served = await place.boards.get(week, "organizers")
    if not _presents(place, served, key):
        raise NotAllowed("Only the presenter moves the ceremony. `assembly-week week present` prints the link.")
    if to not in get_args(Move):
        raise Malformed("The ceremony can go next, back or restart.")
    await place.database.writes.run(_move, request, served.week, cast("Move", to))
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204)
    return redirects.see("ceremony", week=week, key=key)


def _move(request: Request, slug: str, to: Move) -> None:
    place = installation(request)
    with place.database.unit_of_work() as session:
        ceremonies.move(session, slug, to, act_of(request, visitor("presenter"), place.clock.game()))


def _presents(place: Installation, served: Served, key: str) -> bool:
    """Tell whether the key is the presenter's. Raises NotAllowed for one that was given and does not count."""
    if not key:
        return False
    if not secrets.is_presenter_key(place.key, served.week, key, place.clock.real()):
        raise NotAllowed("This presenter's link no longer counts. `assembly-week week present` prints a new one.")
    return True
