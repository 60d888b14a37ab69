"""`/guide`: how to do a support shift, as organizers wrote it."""

from datetime import UTC

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.services import guide
from app.services.ledger import my_week
from app.web.deps import AppClock, BoardReader, ReadSession
from app.web.http import markdown
from app.web.http.render import render_page
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/guide", name="guide")
def show_guide(request: Request, actor: BoardReader, session: ReadSession, clock: AppClock) -> Response:
    """The newest version, for whoever may see boards; the day of its change is one of the week's zone."""
    found, week = guide.current(session), my_week.week_to_play(session, clock.game())
    is_organizer = actor is not None and actor.kind == "person" and actor.may("admin")
    return render_page(
        request,
        "guide/index.html",
        document=markdown.document(found.text),
        at=found.at,
        may_edit=is_organizer,
        zone=week.zone if week else UTC,
    )
