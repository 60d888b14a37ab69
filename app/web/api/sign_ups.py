"""Take and leave seats of shifts, check in and complete."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.errors import PersonUnknown
from app.models import Seat
from app.services.access import accounts
from app.services.reasons import LONGEST as LONGEST_REASON
from app.services.shifts import completion, correction, listing, seats, sign_up_views
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import naming, takes_json
from app.web.api.shift_bodies import EMAIL_EXAMPLE, CorrectionIn, ReasonIn, SignUpIn
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody, ShiftWriterAct
from app.web.documents import SignUp, sign_up_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["shifts"], route_class=DatabaseRoute)

ShiftId = Annotated[str, Path(description="A shift's id")]
SignUpId = Annotated[str, Path(description="A sign-up's id")]
ReasonQuery = Annotated[
    str | None,
    Query(max_length=LONGEST_REASON, description="Why an organizer acts outside the rules; scope `admin` alone"),
]
REPEAT = "A repeat: nothing changed"
_PATH = "/weeks/{week}/shifts/{shift_id}/sign-ups"
ONE_SIGN_UP = _PATH + "/{sign_up_id}"
_WHO = takes_json(SignUpIn, {"person": EMAIL_EXAMPLE})
_WHY = takes_json(ReasonIn, {"reason": "They told me on the phone"}, required=False)


@router.post(
    _PATH,
    operation_id="signUpForShift",
    status_code=201,
    openapi_extra=_WHO,
    responses={
        201: {"model": documents.SignUp | documents.SignUpList},
        200: {"model": documents.SignUp | documents.SignUpList, "description": REPEAT},
    },
)
def post_sign_up(act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, body: RawBody) -> Response:
    """Take a seat for a `person`, or one for each active member of the team with this `team_id`, or for nobody.

    A team's answer is a list of all its live seats in the shift.
    """
    wish = parse(SignUpIn, body)
    with database.unit_of_work() as session:
        if wish.team_id is not None:
            outcome = seats.sign_up_team(session, week, shift_id, wish.team_id, act, reason=wish.reason)
            items = _sign_ups_of(session, week, shift_id, outcome.seats, act)
        else:
            person_id = person_id_of(session, wish.person or "")
            outcome = seats.sign_up(session, week, shift_id, person_id, act, reason=wish.reason)
            items = [sign_up_of(session, week, seat, act) for seat in outcome.seats]
    outcome.check()
    document = documents.SignUpList(items=items) if wish.team_id is not None else items[0]
    return JSONResponse(document, 200 if outcome.repeated else 201)


@router.delete(ONE_SIGN_UP, operation_id="leaveShift", responses={200: {"model": documents.SignUp}})
def delete_sign_up(
    act: ShiftWriterAct,
    database: AppDatabase,
    week: Slug,
    shift_id: ShiftId,
    sign_up_id: SignUpId,
    reason: ReasonQuery = None,
) -> Response:
    """Leave a seat, which is then `cancelled`; a repeat changes nothing."""
    with database.unit_of_work() as session:
        seat = seats.leave(session, week, shift_id, sign_up_id, act, reason=reason)
        document = sign_up_of(session, week, seat, act)
    return JSONResponse(document)


@router.post(
    f"{ONE_SIGN_UP}/check-in",
    operation_id="checkInToShift",
    openapi_extra=_WHY,
    responses={200: {"model": documents.SignUp}},
)
def post_check_in(
    act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Check in, from 15 minutes before the start until the end; a repeat changes nothing."""
    reason = reason_in(body)
    with database.unit_of_work() as session:
        seat = completion.check_in(session, week, shift_id, sign_up_id, act, reason=reason)
        document = sign_up_of(session, week, seat, act)
    return JSONResponse(document)


@router.post(
    f"{ONE_SIGN_UP}/complete",
    operation_id="completeShift",
    openapi_extra=_WHY,
    responses={200: {"model": documents.SignUp}},
)
def post_completion(
    act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Complete a shift that was checked in to, from its start on; a repeat changes nothing."""
    reason = reason_in(body)
    with database.unit_of_work() as session:
        seat = completion.complete(session, week, shift_id, sign_up_id, act, reason=reason)
        document = sign_up_of(session, week, seat, act)
    return JSONResponse(document)


@router.post(
    f"{ONE_SIGN_UP}/correction",
    operation_id="correctSignUp",
    openapi_extra=takes_json(CorrectionIn, {"state": "completed", "reason": "They were there"}),
    responses={200: {"model": documents.SignUp}},
)
def post_seat_correction(
    act: AdminAct, database: AppDatabase, week: Slug, shift_id: ShiftId, sign_up_id: SignUpId, body: RawBody
) -> Response:
    """Say what really became of a seat; the ledger follows. A repeat changes nothing."""
    wish = parse(CorrectionIn, body)
    with database.unit_of_work() as session, naming("reason"):
        seat = correction.correct(session, week, shift_id, sign_up_id, wish.state, act, reason=wish.reason)
        document = sign_up_of(session, week, seat, act)
    return JSONResponse(document)


def reason_in(body: bytes) -> str | None:
    """The reason in a body that may be left out."""
    return parse(ReasonIn, body).reason if body.strip() else None


def person_id_of(session: Session, email: str) -> str:
    """The id of someone by their email. Raises PersonUnknown."""
    person = accounts.by_written_email(session, email)
    if person is None:
        raise PersonUnknown(email)
    return person.id


def sign_up_of(session: Session, slug: str, seat: Seat, act: Act) -> SignUp:
    """The document of one seat for who has just changed it."""
    week = weeks.find(session, slug, act.now)
    view = sign_up_views.of_seat(session, week, seat, weeks.view(week, act.actor))
    return sign_up_document(view, seat.shift_id, with_email=act.actor.may("shifts:write"))


def _sign_ups_of(session: Session, slug: str, shift_id: str, taken: Sequence[Seat], act: Act) -> list[SignUp]:
    """The documents of these seats of a shift, oldest first."""
    week = weeks.find(session, slug, act.now)
    item = listing.of_shift(session, week, shift_id, weeks.view(week, act.actor))
    ids = {seat.id for seat in taken}
    with_email = act.actor.may("shifts:write")
    return [sign_up_document(seat, shift_id, with_email=with_email) for seat in item.seats if seat.id in ids]
