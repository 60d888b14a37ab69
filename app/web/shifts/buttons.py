"""The buttons of shifts: each does one thing with a seat and leads back to the page it was on."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.errors import Malformed, NotFound, Problem
from app.models import Shift
from app.models.columns import is_id
from app.services.ledger import ledger, my_week
from app.services.ledger.ledger import Submission
from app.services.rules import rule_sets
from app.services.shifts import completion, covers, listing, own_seats, refusals, seats, waiting
from app.services.weeks import weeks
from app.web.deps import MemberAct
from app.web.http.fields import says
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.me.log import at_its_field, by_hand
from app.web.routes import DatabaseRoute
from app.web.shifts.during import QuickLogForm
from app.web.shifts.page import list_page
from app.web.shifts.shift import shift_page
from app.web.submit import Done, submit

AT_SHIFT = "shift"
"""The value of `at=` that leads back to the shift's own page."""


def _offered_to(to: str) -> str:
    if to not in ("everyone", "team") and not is_id(to):
        raise Malformed("Choose whom to offer your seat to.")
    return to


router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


def _change(
    request: Request,
    act: SignedInAct,
    week: str,
    shift_id: str,
    work: Callable[[Session, SignedInAct], str],
    form: FormState[Any] | None = None,
) -> Response:
    """Do something with a shift, and see the page of the button again; `work` says which sentence tells it."""
    is_at_shift = request.query_params.get("at") == AT_SHIFT

    def change(session: Session, act: SignedInAct) -> Done:
        done = work(session, act)
        if is_at_shift:
            return Done("week_shift", done, {"week": week, "shift_id": shift_id})
        return Done("week_shifts", done, {"week": week, "shift": shift_id})

    page = partial(shift_page, week, shift_id) if is_at_shift else partial(list_page, week)
    return submit(request, act, change, page=page, form=form)


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
        seat = seats.leave(session, week, shift_id, _own_seat(session, shift_id, act), act)
        if session.get_one(Shift, seat.shift_id).cancelled_at is not None:
            raise refusals.problem("cancelled", "This shift was cancelled, so there is nothing to leave.")
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


@router.post("/weeks/{week}/shifts/{shift_id}/wait", name="shift_wait")
def wait(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Join the waiting list."""

    def work(session: Session, act: SignedInAct) -> str:
        waiting.join(session, week, shift_id, act.actor.person_id, act)
        return "waiting"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/stop-waiting", name="shift_stop_waiting")
def stop_waiting(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Leave the waiting list."""

    def work(session: Session, act: SignedInAct) -> str:
        waiting.leave_list(session, week, shift_id, act.actor.person_id, act)
        return "not-waiting"

    return _change(request, act, week, shift_id, work)


class OfferForm(Form):
    """The form that offers a seat: to everyone, the team or one person, by id."""

    to: Annotated[str, says(_offered_to)]


@router.post("/weeks/{week}/shifts/{shift_id}/offer", name="shift_offer")
def offer(request: Request, act: MemberAct, week: str, shift_id: str, form: FormState[OfferForm]) -> Response:
    """Offer my seat to others."""

    def work(session: Session, act: SignedInAct) -> str:
        to: OfferedTo = form.data.to if form.data.to in ("everyone", "team") else PersonId(form.data.to)  # type: ignore[assignment]
        covers.offer(session, week, shift_id, _own_seat(session, shift_id, act), to, act)
        return "offered"

    return _change(request, act, week, shift_id, work, form)


@router.post("/weeks/{week}/shifts/{shift_id}/withdraw", name="shift_withdraw")
def withdraw(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
    """Withdraw the offer of my seat."""

    def work(session: Session, act: SignedInAct) -> str:
        covers.withdraw(session, week, shift_id, _own_seat(session, shift_id, act), act)
        return "withdrawn"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/seats/{sign_up_id}/cover", name="shift_cover")
def cover(request: Request, act: MemberAct, week: str, shift_id: str, sign_up_id: str) -> Response:
    """Take over a seat that is offered to me."""

    def work(session: Session, act: SignedInAct) -> str:
        accepted = covers.accept(session, week, shift_id, sign_up_id, act.actor.person_id, act)
        return "cover-asked" if accepted.is_pending else "covered"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/log", name="shift_log")
def log(request: Request, act: MemberAct, week: str, shift_id: str, form: FormState[QuickLogForm]) -> Response:
    """Log something I did just now, during my shift."""
    page = partial(shift_page, week, shift_id)
    return submit(request, act, partial(_log, form, week, shift_id), form=form, page=page)


def _log(form: FormState[QuickLogForm], slug: str, shift_id: str, session: Session, act: SignedInAct) -> Done:
    data = form.data
    week = weeks.find(session, slug, act.now)
    if own_seats.seat_in(session, week, shift_id, act.actor.person_id) is None:
        raise NotFound("You have no seat in this shift.")
    if not is_id(data.id):
        raise FormInvalid({}, "This form cannot be read. Open the page again.")
    if data.kind not in rule_sets.rules_of(session, week).kind_by_name:
        raise FormInvalid({"kind": "Choose what it was."})
    reading = by_hand(data.kind, act.now, data.id, data.url.strip(), data.note.replace("\r\n", "\n").strip(), act)
    (outcome,) = ledger.record(session, week.slug, [Submission(reading, act.actor)], now=act.now)
    if isinstance(outcome, Problem):
        raise at_its_field(outcome)
    return Done("week_shift", "logged", {"week": week.slug, "shift_id": shift_id, "activity": outcome.id})


def _own_seat(session: Session, shift_id: str, act: SignedInAct) -> str:
    """The id of the actor's seat in a shift, the live one before those that ended. Raises NotFound without any."""
    seat_id = listing.seat_id_of(session, shift_id, act.actor.person_id)
    if seat_id is None:
        raise NotFound("You have no seat in this shift.")
    return seat_id
