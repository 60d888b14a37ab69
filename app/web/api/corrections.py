"""Correct the ledger without losing history: reversals, reinstatements, adjustments."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.errors import Malformed
from app.services.ledger import ledger
from app.services.ledger.drafts import Code
from app.services.ledger.ledger import MAX_POINTS
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.weeks import Slug
from app.web.deps import AppDatabase, CorrectorAct, RawBody
from app.web.documents import correction_document, recorded_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["corrections"], route_class=DatabaseRoute)

Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["Counted twice by the old integration"])]


class ReasonIn(BaseModel):
    """A reason, for everyone to read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason


class AdjustmentIn(BaseModel):
    """Points for a team, or from it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_id: Code
    points: Annotated[int, Field(ge=-MAX_POINTS, le=MAX_POINTS, examples=[15], json_schema_extra={"not": {"const": 0}})]
    reason: Reason
    external_id: Annotated[Code, Field(description="Names the adjustment: a repeat answers with the first one.")]


class _KeyOnly(BaseModel):
    """The key of an adjustment, whatever else is wrong with it."""

    model_config = ConfigDict(strict=True)

    external_id: Code


_WHY = takes_json(ReasonIn, {"reason": "Counted twice by the old integration"})
_ADJUSTMENT = takes_json(
    AdjustmentIn,
    {"team_id": "9f86d081884c7d65", "points": 15, "reason": "Cake for everyone", "external_id": "cake-wednesday"},
)


@router.post(
    "/activities/{activity_id}/reversal",
    operation_id="reverseActivity",
    status_code=201,
    openapi_extra=_WHY,
    responses={201: {"model": documents.Correction}},
)
def reverse(act: CorrectorAct, database: AppDatabase, activity_id: str, body: RawBody) -> Response:
    """Cancel an activity; it stays in the ledger and counts for nothing."""
    reason = parse(ReasonIn, body).reason
    with database.unit_of_work() as session:
        ruling = ledger.reverse(session, activity_id, act, reason=reason)
    return JSONResponse(correction_document(ruling, activity_id, "reversal"), 201)


@router.post(
    "/activities/{activity_id}/reinstatement",
    operation_id="reinstateActivity",
    status_code=201,
    openapi_extra=_WHY,
    responses={201: {"model": documents.Correction}},
)
def reinstate(act: CorrectorAct, database: AppDatabase, activity_id: str, body: RawBody) -> Response:
    """Undo a reversal."""
    reason = parse(ReasonIn, body).reason
    with database.unit_of_work() as session:
        ruling = ledger.reinstate(session, activity_id, act, reason=reason)
    return JSONResponse(correction_document(ruling, activity_id, "reinstatement"), 201)


@router.post(
    "/weeks/{week}/adjustments",
    operation_id="adjustTeam",
    status_code=201,
    openapi_extra=_ADJUSTMENT,
    responses={
        201: {"model": documents.Activity},
        200: {"model": documents.Activity | documents.ActivityKey, "description": documents.REPEAT},
    },
)
def adjust(act: CorrectorAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Give a team points or take some, with a reason everyone can read on its receipt."""
    with database.unit_of_work() as session:
        try:
            adjustment = parse(AdjustmentIn, body)
        except Malformed:
            # A repeat is known by its key before anything else is looked at, here as with activities.
            known = ledger.find_adjustment(session, week, _external_id(body), act.now)
            if known is None:
                raise
            recorded = known
        else:
            recorded = ledger.adjust(session, week, act, **adjustment.model_dump())
        recorded = recorded._replace(activity=ledger.seen(session, recorded, act.actor))
    return JSONResponse(recorded_document(recorded), 200 if recorded.repeated else 201)


def _external_id(body: bytes) -> str:
    try:
        return parse(_KeyOnly, body).external_id
    except Malformed:
        return ""
