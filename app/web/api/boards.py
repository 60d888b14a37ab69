"""Leaderboard and receipt."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.web import documents
from app.web.api.weeks import Slug
from app.web.context import installation
from app.web.deps import BoardReader
from app.web.documents import receipt_document
from app.web.http.areas import find_area
from app.web.routes import DatabaseRoute
from app.web.topics import board_json
from app.web.views import answer, board_for, made, receipt_for, stream_for

router = APIRouter(tags=["boards"], route_class=DatabaseRoute)


@router.get(
    "/weeks/{week}/leaderboard",
    operation_id="getLeaderboard",
    responses={200: {"model": documents.Leaderboard}, 304: {"description": "Unchanged"}},
)
async def leaderboard(request: Request, week: Slug, actor: BoardReader) -> Response:
    """The week's board; `week` may be `current`. Send the ETag back as If-None-Match to hear 304 while it stands."""
    place = installation(request)
    snapshot = await board_for(place, find_area(request.scope["path"]), week, actor)
    return await answer(request, await made(place, snapshot, "json"))


@router.get(
    "/weeks/{week}/teams/{team_id}/receipt", operation_id="getReceipt", responses={200: {"model": documents.Receipt}}
)
async def receipt(request: Request, week: Slug, team_id: str, actor: BoardReader) -> Response:
    """Read a team's receipt: a line per award and adjustment, and one with 0 where nothing was earned."""
    found = await receipt_for(installation(request), week, team_id, actor)
    return JSONResponse(receipt_document(found))


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
