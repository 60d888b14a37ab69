"""Leaderboard and receipt."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.services.standings import boards
from app.services.weeks import weeks
from app.web import documents
from app.web.api.weeks import Slug
from app.web.deps import AppClock, BoardReader, ReadSession
from app.web.documents import receipt_document
from app.web.routes import DatabaseRoute
from app.web.topics import board_json
from app.web.views import answer, board_for, made, stream_for

router = APIRouter(tags=["boards"], route_class=DatabaseRoute)


@router.get(
    "/weeks/{week}/leaderboard",
    operation_id="getLeaderboard",
    responses={200: {"model": documents.Leaderboard}, 304: {"description": "Unchanged"}},
)
async def leaderboard(request: Request, week: Slug, actor: BoardReader) -> Response:
    """The week's board; `week` may be `current`. Send the ETag back as If-None-Match to hear 304 while it stands."""
    snapshot = await board_for(request, week, actor)
    return await answer(request, await made(request, snapshot, "json"))


@router.get(
    "/weeks/{week}/teams/{team_id}/receipt", operation_id="getReceipt", responses={200: {"model": documents.Receipt}}
)
def receipt(actor: BoardReader, session: ReadSession, clock: AppClock, week: Slug, team_id: str) -> Response:
    """Read a team's receipt: a line per award and adjustment, and one with 0 where nothing was earned."""
    found = weeks.find(session, week, clock.game())
    return JSONResponse(receipt_document(boards.receipt(session, found, team_id, weeks.view(found, actor))))


@router.get(
    "/weeks/{week}/live",
    operation_id="streamLeaderboard",
    responses={
        200: {
            "description": "Server-sent events `board`, data as of the leaderboard",
            "content": {"text/event-stream": {}},
        }
    },
)
async def live(request: Request, week: Slug, actor: BoardReader) -> Response:
    """The leaderboard at once and after every change, as server-sent events; `id` is the version."""
    return await stream_for(request, week, board_json, actor)
