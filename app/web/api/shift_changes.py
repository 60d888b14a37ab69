"""Edit and cancel shifts."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.services.shifts import editing
from app.services.shifts.editing import ShiftChanges
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import naming, takes_changes, takes_json
from app.web.api.shift_bodies import DemandedReasonIn, EditIn
from app.web.api.shifts import document_of
from app.web.api.sign_ups import ShiftId
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["shifts"], route_class=DatabaseRoute)

_ONE = "/weeks/{week}/shifts/{shift_id}"


@router.patch(
    _ONE,
    operation_id="editShift",
    openapi_extra=takes_changes(EditIn, {"version": 1, "label": "Front desk", "seats": 4}),
    responses={200: {"model": documents.Shift}},
)
def patch_shift(act: AdminAct, database: AppDatabase, week: Slug, shift_id: ShiftId, body: RawBody) -> Response:
    """Change fields of a shift whose `version` you have read; what is left out stays, sign-ups and offers do, too.

    Times change only before the start and with a `reason`.
    """
    wish = parse(EditIn, body)
    changes = ShiftChanges(**wish.changes())
    moves = changes.starts_at is not None or changes.ends_at is not None
    with database.unit_of_work() as session, naming(_field_in_doubt(wish, moves=moves)):
        shift = editing.edit(session, week, shift_id, changes, wish.version, act, reason=wish.reason)
        document = document_of(session, week, shift, act)
    return JSONResponse(document)


def _field_in_doubt(wish: EditIn, *, moves: bool) -> str:
    """The field that a flaw is about which only shows beside the shift as it is."""
    if not moves:
        return "needed"
    return "starts_at" if wish.reason else "reason"


@router.post(
    f"{_ONE}/cancellation",
    operation_id="cancelShift",
    openapi_extra=takes_json(DemandedReasonIn, {"reason": "The office is closed"}),
    responses={200: {"model": documents.Shift}},
)
def post_cancellation(act: AdminAct, database: AppDatabase, week: Slug, shift_id: ShiftId, body: RawBody) -> Response:
    """Cancel a shift that is not over: seats and offers end, but for completed ones; a repeat changes nothing."""
    reason = parse(DemandedReasonIn, body).reason
    with database.unit_of_work() as session, naming("reason"):
        document = document_of(session, week, editing.cancel(session, week, shift_id, act, reason=reason), act)
    return JSONResponse(document)
