"""`/organizer/weeks/{week}/display`: the office display of any week, as a screen would show it; a rehearsal's too."""

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app.services.weeks.rehearsing import is_rehearsal
from app.web.deps import AppBoards, AppClock, AppDatabase, AppDisplayRenderer, Organizer
from app.web.http import render
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/display", route_class=DatabaseRoute)


@router.get("")
async def display_preview(
    _organizer: Organizer,
    boards: AppBoards,
    renderer: AppDisplayRenderer,
    database: AppDatabase,
    clock: AppClock,
    week: str,
) -> Response:
    """The display of a week at this moment, its scenes in turn; no screen shows it, and it doesn't change by itself."""
    snapshot, now = await boards.get(week, "public"), clock.game()
    picture = await database.reads.run(renderer.preview, snapshot, now)
    page = render.render(
        "display/preview.html", picture=Markup(picture.decode()), week=snapshot.week, name=snapshot.board.name,  # noqa: S704 - our own template made it
        now=now.isoformat(timespec="milliseconds"), is_tried=is_rehearsal(snapshot.week),
        is_draft=snapshot.board.state == "draft",
    )  # fmt: skip
    return HTMLResponse(page)
