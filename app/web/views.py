"""Boards and receipts as a reader may see them, for pages and the API alike."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Actor
from app.domain.standings.receipt import Receipt
from app.live.fragments import Position, position_of
from app.live.messages import Reading
from app.services import cheers
from app.services.ledger import evidence
from app.services.ledger.evidence import Evidence
from app.services.standings import boards
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.access import credential_of, decide
from app.web.boards import BoardSnapshot, Form
from app.web.deps import context_of
from app.web.event_stream import EventStream
from app.web.http.areas import find_area
from app.web.http.client import network_of
from app.web.http.content_coding import accepts_gzip
from app.web.http.render import wants_partial
from app.web.http.representations import CachedResponse
from app.web.topics import Renderer


async def board_for(request: Request, slug: str, actor: Actor | None, *, preview: bool = False) -> BoardSnapshot:
    """The board of a week as this reader may see it, or as everybody does. Raises WeekUnknown."""
    context = context_of(request)
    access = decide(find_area(request.scope["path"]), actor, context.settings, preview=preview)
    return await context.boards.get(slug, access.audience)


def page_form(request: Request, *, is_preview: bool = False) -> Form:
    """The representation with which a board's page answers a request."""
    if wants_partial(request):
        return "partial"
    return "preview" if is_preview else "page"


async def made(request: Request, snapshot: BoardSnapshot, form: Form) -> CachedResponse:
    """A form of a board, made in a thread where it is not there yet: a board of many teams takes its time."""
    known = snapshot.made(form)
    return known if known is not None else await context_of(request).database.renders.run(snapshot.make, form)


async def answer(request: Request, representation: CachedResponse) -> Response:
    """The answer with a representation, compressed in a thread where that was not done yet."""
    if (ready := representation.ready(request)) is not None:
        return ready
    return await context_of(request).database.renders.run(representation.answer, request)


class TeamReceipt(NamedTuple):
    """A team's receipt, and by the ids of its activities how many people clap for them, and their evidence.

    `team_id` is the team's own, where another one's that was merged into it was asked for.
    """

    team_id: str
    receipt: Receipt
    cheers: Mapping[str, int]
    evidence: Mapping[str, Evidence]


async def receipt_for(request: Request, slug: str, team_id: str, actor: Actor | None) -> TeamReceipt:
    """A team's receipt as a reader may see it; what nobody claps for, and what has no evidence, is left out.

    The public of a frozen week gets that of the freeze. Raises WeekUnknown or NotFound.
    """
    context = context_of(request)

    def load() -> TeamReceipt:
        with context.database.reading() as session:
            week = weeks.find(session, slug, context.clock.game())
            view = weeks.view(week, actor)
            own_id = teams.find(session, week, team_id, view=view).id
            receipt = boards.receipt(session, week, own_id, view)
            ids = list(dict.fromkeys(line.activity for line in receipt.items if line.activity))
            proofs = evidence.on_receipt(session, own_id, ids, actor)
            return TeamReceipt(own_id, receipt, cheers.count_by_id(session, ids), proofs)

    return await context.database.reads.run(load)


async def stream_for(
    request: Request,
    slug: str,
    renderer: Renderer,
    actor: Actor | None,
    *,
    preview: bool = False,
    has: Position | None = None,
) -> Response:
    """A live stream of a week's board as this reader may see it, or as everybody does; `has` is what they have of it.

    Raises WeekUnknown or Unavailable.
    """
    context = context_of(request)
    area = find_area(request.scope["path"])
    topic = decide(area, actor, context.settings, preview=preview).topic(slug, renderer)
    reading = Reading(has, accepts_gzip(request.scope))
    return EventStream(await context.streams.open(topic, network_of(request), credential_of(request), reading))


def position_in(request: Request) -> Position | None:
    """The position of a new viewer: by the last event they had, else by the page that they loaded."""
    last = request.headers.get("last-event-id") or request.query_params.get("since", "")
    return position_of(last)
