"""The buttons of shifts: each does one thing with a seat and leads back to the page it was on."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import NotFound
from app.services.ledger import my_week
from app.services.shifts import completion, listing, seats
from app.services.weeks import weeks
from app.web.deps import MemberAct
from app.web.routes import DatabaseRoute
from app.web.shifts.page import list_page
from app.web.shifts.shift import shift_page
from app.web.submit import Done, submit

AT_SHIFT = "shift"
"""The value of `at=` that leads back to the shift's own page."""

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


def _change(
    request: Request, act: SignedInAct, week: str, shift_id: str, work: Callable[[Session, SignedInAct], str]
) -> Response:
    """Do something with a shift, and see the page of the button again; `work` says which sentence tells it."""
    is_at_shift = request.query_params.get("at") == AT_SHIFT

    def change(session: Session, act: SignedInAct) -> Done:
        done = work(session, act)
        if is_at_shift:
            return Done("week_shift", done, {"week": week, "shift_id": shift_id})
        return Done("week_shifts", done, {"week": week, "shift": shift_id})

    page = partial(shift_page, week, shift_id) if is_at_shift else partial(list_page, week)
    return submit(request, act, change, page=page)


@router.post("/weeks/{week}/shifts/{shift_id}/take", name="shift_take")
def take(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Take a seat for myself."""

    def work(session: Session, act: SignedInAct) -> str:
        seats.sign_up(session, week, shift_id, act.actor.person_id, act)
        return "taken"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/take-team", name="shift_take_team")
def take_team(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Take a seat for each of my team, or none; without a team I am all of it."""

    def work(session: Session, act: SignedInAct) -> str:
        team = my_week.team_in(session, weeks.find(session, week, act.now), act.actor.person_id)
        if team is None:
            seats.sign_up(session, week, shift_id, act.actor.person_id, act)
            return "taken"
        seats.sign_up_team(session, week, shift_id, team.id, act)
        return "team"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/leave", name="shift_leave")
def leave(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Leave my seat."""

    def work(session: Session, act: SignedInAct) -> str:
        seats.leave(session, week, shift_id, _own_seat(session, shift_id, act), act)
        return "left"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/check-in", name="shift_check_in")
def check_in(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Check in to my shift."""

    def work(session: Session, act: SignedInAct) -> str:
        completion.check_in(session, week, shift_id, _own_seat(session, shift_id, act), act)
        return "checked-in"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/complete", name="shift_complete")
def complete(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Complete my shift."""

    def work(session: Session, act: SignedInAct) -> str:
        completion.complete(session, week, shift_id, _own_seat(session, shift_id, act), act)
        return "completed"

    return _change(request, act, week, shift_id, work)


def _own_seat(session: Session, shift_id: str, act: SignedInAct) -> str:
    """The id of the actor's seat in a shift, the live one before those that ended. Raises NotFound without any."""
    seat_id = listing.seat_id_of(session, shift_id, act.actor.person_id)
    if seat_id is None:
        raise NotFound("You have no seat in this shift.")
    return seat_id
