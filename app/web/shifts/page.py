"""The list of a week's shifts: take a seat for oneself or one's team, with what it is worth and why one cannot."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.services import announcements
from app.services.ledger import my_week
from app.web.deps import BoardAct, ReadSession
from app.web.http import redirects
from app.web.routes import DatabaseRoute
from app.web.shifts.view import look, say
from app.web.submit import Page

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/shifts")
def current_shifts(act: BoardAct, session: ReadSession) -> Response:
    """Lead to the shifts of the current week, or of the one that is being prepared."""
    week = my_week.week_to_play(session, act.now)
    return redirects.see("week_shifts", week=week.slug) if week is not None else redirects.see("current_board")


@router.get("/weeks/{week}/shifts")
def week_shifts(
    request: Request,
    act: BoardAct,
    session: ReadSession,
    week: str,
    done: Annotated[str, Query()] = "",
    shift: Annotated[str, Query()] = "",
) -> Response:
    """List a week's shifts: mine first, then all that are to come, those to take among them."""
    return list_page(week, Page(request, act, session), done, shift)


def list_page(slug: str, page: Page[Any], done: str = "", shift_id: str = "") -> Response:
    """The list of shifts, after a form with what it did or why not."""
    shown = look(page, slug)
    rows = shown.rows.days()
    return page.render(
        "shifts/index.html", week=shown.week.slug, shown=shown, zone=shown.week.zone,
        days=rows.ahead, past=rows.past, mine=rows.own, said=say(page, shown, done, shift_id),
        line=announcements.current(page.session, page.act.now),
    )  # fmt: skip
