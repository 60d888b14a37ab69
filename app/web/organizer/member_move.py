"""`/organizer/weeks/{week}/teams/members/{person}`: what moving a member does, before it is done."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.organizing import member_moves
from app.web.deps import OrganizerAct, ReadSession
from app.web.organizer.page import LONGEST_TYPED
from app.web.routes import DatabaseRoute
from app.web.submit import Page

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/teams", route_class=DatabaseRoute)


@router.get("/members/{person}")
def organizer_member_move(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    week: str,
    person: str,
    team: Annotated[str, Query()] = "",
    only: Annotated[str, Query()] = "",
) -> Response:
    """The points that stay and the seats that move, with the button that does it."""
    page: Page[SignedInAct] = Page(request, act, session)
    plan = member_moves.preview(session, week, person, team[:LONGEST_TYPED], act)
    return page.render(
        "organizer/member_move.html", it=plan.week, slug=plan.week.slug, plan=plan, only=only[:LONGEST_TYPED]
    )
