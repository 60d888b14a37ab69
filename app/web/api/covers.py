"""Offer a seat to others, take over one that is offered, and approve that where organizers want to."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.models import Seat
from app.services.shifts import covers, offers
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.shift_bodies import EMAIL_EXAMPLE, ApprovalIn, OfferIn, PersonIn
from app.web.api.sign_ups import ONE_SIGN_UP, REPEAT, ReasonQuery, ShiftId, SignUpId, person_id_of, sign_up_of
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody, ShiftWriterAct
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["shifts"], route_class=DatabaseRoute)


@router.post(
    f"{ONE_SIGN_UP}/offer",
    operation_id="offerSeat",
    status_code=201,
    openapi_extra=takes_json(OfferIn, {"to": "everyone"}),
    responses={201: {"model": documents.SignUp}, 200: {"model": documents.SignUp, "description": REPEAT}},
)
def post_offer(
    act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Offer a seat `to` everyone, the holder's team or the person with this email, instead of whom it was offered to.

    It stays its holder's until someone accepts it.
    """
    wish = parse(OfferIn, body)
    with database.unit_of_work() as session:
        before = offers.standing(session, sign_up_id)
        offered = covers.offer(session, week, shift_id, sign_up_id, _to(session, wish.to), act, reason=wish.reason)
        document = sign_up_of(session, week, session.get_one(Seat, offered.seat_id), act)
    return JSONResponse(document, 200 if before is not None and before.id == offered.id else 201)


@router.delete(f"{ONE_SIGN_UP}/offer", operation_id="withdrawOffer", responses={200: {"model": documents.SignUp}})
def delete_offer(
    act: ShiftWriterAct,
    database: AppDatabase,
    week: Slug,
    shift_id: ShiftId,
    sign_up_id: SignUpId,
    reason: ReasonQuery = None,
) -> Response:
    """Withdraw the offer of a seat; a repeat changes nothing."""
    with database.unit_of_work() as session:
        offered = covers.withdraw(session, week, shift_id, sign_up_id, act, reason=reason)
        document = sign_up_of(session, week, session.get_one(Seat, offered.seat_id), act)
    return JSONResponse(document)


@router.post(
    f"{ONE_SIGN_UP}/accept",
    operation_id="acceptSeat",
    status_code=201,
    openapi_extra=takes_json(PersonIn, {"person": EMAIL_EXAMPLE}),
    responses={
        201: {"model": documents.SignUp},
        202: {"model": documents.SignUp, "description": "An organizer has yet to approve: the seat as it stands"},
        200: {"model": documents.SignUp, "description": REPEAT},
    },
)
def post_acceptance(
    act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Take over a seat that is offered to a `person`; the answer is their own, new one."""
    wish = parse(PersonIn, body)
    with database.unit_of_work() as session:
        person_id = person_id_of(session, wish.person)
        accepted = covers.accept(session, week, shift_id, sign_up_id, person_id, act, reason=wish.reason)
        seat = accepted.seat or session.get_one(Seat, sign_up_id)
        document = sign_up_of(session, week, seat, act)
    return JSONResponse(document, _status(accepted))


def _status(accepted: covers.Accepted) -> int:
    if accepted.is_pending:
        return 202
    return 200 if accepted.repeated else 201


@router.post(
    f"{ONE_SIGN_UP}/approval",
    operation_id="approveCover",
    openapi_extra=takes_json(ApprovalIn, {"approve": True}),
    responses={200: {"model": documents.SignUp}},
)
def post_approval(
    act: AdminAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Approve that someone takes over a seat, or decline it: then the seat is offered as before.

    The answer is the new seat, or the one that stays.
    """
    wish = parse(ApprovalIn, body)
    with database.unit_of_work() as session:
        decided = covers.decide(
            session, week, shift_id, sign_up_id, act, approve=wish.approve, reason=wish.reason or None
        )
        document = sign_up_of(session, week, decided.seat or session.get_one(Seat, sign_up_id), act)
    return JSONResponse(document)


def _to(session: Session, to: str) -> OfferedTo:
    """Read whom a seat is offered to. Raises PersonUnknown."""
    match to:
        case "everyone":
            return "everyone"
        case "team":
            return "team"
        case email:
            return PersonId(person_id_of(session, email))
