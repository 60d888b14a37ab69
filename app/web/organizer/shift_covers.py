"""Covers and the waiting list on an organizer's page of a shift: offer seats, approve who takes over, end waiting."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act
from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.errors import NotFound
from app.services.shifts import covers, waiting
from app.web.deps import OrganizerAct
from app.web.http.forms import FormInvalid, FormState
from app.web.organizer.shift import change_shift
from app.web.organizer.shift_forms import ApprovalForm, OfferForm, ReasonForm, UnlistForm
from app.web.organizer.shift_seats import person_of
from app.web.routes import DatabaseRoute

router = APIRouter(
    include_in_schema=False, prefix="/organizer/weeks/{week}/shifts/{shift_id}", route_class=DatabaseRoute
)


@router.post("/sign-ups/{sign_up_id}/offer", name="seat_offer")
def offer_seat(
    request: Request, act: OrganizerAct, week: str, shift_id: str, sign_up_id: str, form: FormState[OfferForm]
) -> Response:
    """Offer somebody's seat for cover, for a reason."""

    def change(session: Session, act: Act) -> None:
        covers.offer(session, week, shift_id, sign_up_id, _to(session, form.data), act, reason=form.data.reason)

    return change_shift(request, act, week, shift_id, "offered", form.keyed(sign_up_id), change)


def _to(session: Session, data: OfferForm) -> OfferedTo:
    return PersonId(person_of(session, data.email)) if data.to == "person" else data.to


@router.post("/sign-ups/{sign_up_id}/offer/withdrawal", name="seat_offer_withdraw")
def withdraw_offer(
    request: Request, act: OrganizerAct, week: str, shift_id: str, sign_up_id: str, form: FormState[ReasonForm]
) -> Response:
    """Withdraw the offer of somebody's seat, for a reason."""

    def change(session: Session, act: Act) -> None:
        covers.withdraw(session, week, shift_id, sign_up_id, act, reason=form.data.reason)

    return change_shift(request, act, week, shift_id, "withdrawn", form.keyed(sign_up_id), change)


@router.post("/sign-ups/{sign_up_id}/approval", name="cover_decide")
def decide_cover(
    request: Request, act: OrganizerAct, week: str, shift_id: str, sign_up_id: str, form: FormState[ApprovalForm]
) -> Response:
    """Approve a cover that waits for it, or decline it."""

    def change(session: Session, act: Act) -> None:
        approve, reason = form.data.approve == "yes", form.data.reason or None
        covers.decide(session, week, shift_id, sign_up_id, act, approve=approve, reason=reason)

    done = "approved" if form["approve"].value == "yes" else "declined"
    return change_shift(request, act, week, shift_id, done, form.keyed(sign_up_id), change)


@router.post("/waiting/end", name="waiting_end")
def end_waiting(request: Request, act: OrganizerAct, week: str, shift_id: str, form: FormState[UnlistForm]) -> Response:
    """Take somebody off the waiting list, for a reason that they are told."""

    def change(session: Session, act: Act) -> None:
        try:
            waiting.leave_list(session, week, shift_id, form.data.person, act, reason=form.data.reason)
        except NotFound as problem:
            raise FormInvalid({"person": problem.detail}) from None

    return change_shift(request, act, week, shift_id, "unlisted", form.keyed("unlist"), change)
