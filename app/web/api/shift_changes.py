"""Edit and cancel shifts."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.errors import Malformed
from app.services.shifts import editing
from app.services.shifts.editing import ShiftChanges
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import flaw_in, naming, takes_changes, takes_json
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
    with database.unit_of_work() as session:
        try:
            shift = editing.edit(session, week, shift_id, changes, wish.version, act, reason=wish.reason)
        except Malformed as flaw:
            raise flaw_in(_field_of(flaw, changes), flaw.detail) from None
        document = document_of(session, week, shift, act)
    return JSONResponse(document)


def _field_of(flaw: Malformed, changes: ShiftChanges) -> str:
    """The field of a flaw that only shows beside the shift as it is: a reason left out, its span, the seats needed."""
    if flaw.detail.startswith("The reason"):
        return "reason"
    if changes.starts_at is None and changes.ends_at is None:
        return "needed"
    return "ends_at" if changes.starts_at is None else "starts_at"


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
