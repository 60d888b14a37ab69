"""What both pages and the API show: a week's board and a team's receipt, as this reader may see them."""

from starlette.requests import Request
from starlette.responses import Response

from app.domain.receipt import Receipt
from app.domain.who import Who
from app.services import boards, weeks
from app.web.access import credential_of, needs_of_board, sees_behind_freeze
from app.web.boards import Served
from app.web.origin import network_of
from app.web.state import Installation, installation
from app.web.topics import Renderer, Topic


async def board_for(place: Installation, slug: str, who: Who | None, *, as_public: bool = False) -> Served:
    """The board of a week as this reader may see it, or as everybody does. Raises WeekUnknown."""
    keeper = place.boards
    return await (keeper.organizers(slug) if sees_behind_freeze(who) and not as_public else keeper.public(slug))


async def receipt_for(place: Installation, slug: str, team_id: str, *, sees_all: bool) -> Receipt:
    """A team's receipt; the public of a frozen week gets that of the freeze. Raises WeekUnknown or NotFound."""

    def load() -> Receipt:
        with place.database.reading() as session:
            week = weeks.find(session, slug, place.clock())
            return boards.receipt(session, week, team_id, public=not sees_all)

    return await place.database.reads.run(load)


async def stream_for(
    request: Request, slug: str, renderer: Renderer, who: Who | None, *, as_public: bool = False
) -> Response:
    """A live stream of a week's board as this reader may see it, or as everybody does.

    Raises WeekUnknown or Unavailable.
    """
    place = installation(request)
    sees_all = sees_behind_freeze(who) and not as_public
    topic = Topic(slug, not sees_all, renderer, needs_of_board(place.settings, behind_freeze=sees_all))
    return await place.streams.open(topic, network_of(request), credential_of(request))
