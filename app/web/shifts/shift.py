"""A shift's page: when and where it is, who is on it, and what its people do before, during and after it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.services.shifts import choices
from app.web.deps import BoardAct, MemberAct, ReadSession
from app.web.http import redirects
from app.web.routes import DatabaseRoute
from app.web.shifts.view import look
from app.web.submit import Page

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/me/shift")
def my_shift_now(act: MemberAct, session: ReadSession) -> Response:
    """Lead to my shift of now, else to my next one, else to the list: where a code on a screen takes people."""
    seat = choices.next_seat(session, act.actor.person_id, act.now)
    if seat is None:
        return redirects.see("current_shifts")
    return redirects.see("week_shift", week=seat.week, shift_id=seat.shift_id)


@router.get("/weeks/{week}/shifts/{shift_id}")
def week_shift(
    request: Request,
    act: BoardAct,
    session: ReadSession,
    week: str,
    shift_id: str,
    done: Annotated[str, Query()] = "",
) -> Response:
    """One shift of a week."""
    return shift_page(week, shift_id, Page(request, act, session), done)


def shift_page(slug: str, shift_id: str, page: Page[Any], done: str = "") -> Response:
    """A shift's page, after a form with what it did or why not."""
    shown = look(page, slug)
    item = shown.item(shift_id)
    return page.render(
        "shifts/shift.html", week=shown.week.slug, shown=shown, zone=shown.week.zone,
        item=item, shift=item.shift, row=shown.rows.row(item), seats=shown.rows.seats(item),
        said=shown.done_with(done, shift_id), now=page.act.now,
    )  # fmt: skip
