"""`/guide`: how to do a support shift, as organizers wrote it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.services import guide
from app.web.deps import BoardReader, ReadSession
from app.web.http import markdown
from app.web.http.render import render_page
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/guide", name="guide")
def show_guide(request: Request, actor: BoardReader, session: ReadSession) -> Response:
    """The newest version, for whoever may see boards."""
    found = guide.current(session)
    is_organizer = actor is not None and actor.kind == "person" and actor.may("admin")
    return render_page(
        request, "guide/index.html", document=markdown.document(found.text), at=found.at, may_edit=is_organizer
    )
