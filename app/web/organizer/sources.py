"""`/organizer/sources`: the tools that are connected."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.intake import connections
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.routes import DatabaseRoute
from app.web.submit import Page

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/organizer/sources")
def organizer_sources(request: Request, act: OrganizerRealAct, session: ReadSession) -> Response:
    """List the connections in use."""
    return sources_page(Page(request, act, session))


def sources_page(page: Page[SignedInAct]) -> Response:
    """The list of connections."""
    return page.render("organizer/sources/index.html", connections=connections.every(page.session))
