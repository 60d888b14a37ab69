"""Correct the ledger without losing history: reversals, reinstatements, adjustments."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.db.database import Database
from app.domain.actor import Act
from app.errors import Malformed
from app.models import Reversal
from app.services.ledger import ledger
from app.services.ledger.drafts import Code
from app.services.ledger.ledger import MAX_POINTS
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.weeks import Slug
from app.web.context import installation
from app.web.deps import CorrectorAct
from app.web.documents import correction_document, recorded_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["corrections"], route_class=DatabaseRoute)

Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["Counted twice by the old integration"])]


class ReasonIn(BaseModel):
    """A reason, for everybody to read."""

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
    {"team_id": "9f86d081884c7d65", "points": 15, "reason": "Cake for everybody", "external_id": "cake-wednesday"},
)


@router.post(
    "/activities/{activity_id}/reversal",
    operation_id="reverseActivity",
    status_code=201,
    openapi_extra=_WHY,
    responses={201: {"model": documents.Correction}},
)
async def reverse(request: Request, activity_id: str, act: CorrectorAct) -> Response:
    """Cancel an activity; it stays in the ledger and counts for nothing."""
    database, body = installation(request).database, await request.body()
    return await database.writes.run(_rule, database, activity_id, "reversal", body, act)


@router.post(
    "/activities/{activity_id}/reinstatement",
    operation_id="reinstateActivity",
    status_code=201,
    openapi_extra=_WHY,
    responses={201: {"model": documents.Correction}},
)
async def reinstate(request: Request, activity_id: str, act: CorrectorAct) -> Response:
    """Undo a reversal."""
    database, body = installation(request).database, await request.body()
    return await database.writes.run(_rule, database, activity_id, "reinstatement", body, act)


def _rule(
    database: Database, activity_id: str, action: Literal["reversal", "reinstatement"], body: bytes, act: Act
) -> Response:
    verb = ledger.reverse if action == "reversal" else ledger.reinstate
    reason = parse(ReasonIn, body).reason
    with database.unit_of_work() as session:
        ruling: Reversal = verb(session, activity_id, act, reason=reason)
    return JSONResponse(correction_document(ruling, activity_id, action), 201)


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
async def adjust(request: Request, week: Slug, act: CorrectorAct) -> Response:
    """Give a team points or take some, with a reason everybody can read on its receipt."""
    database, body = installation(request).database, await request.body()
    return await database.writes.run(_adjust, database, week, body, act)


def _adjust(database: Database, slug: str, body: bytes, act: Act) -> Response:
    with database.unit_of_work() as session:
        try:
            adjustment = parse(AdjustmentIn, body)
        except Malformed:
            # A repeat is known by its key before anything else is looked at, here as with activities.
            known = ledger.find_adjustment(session, slug, _external_id(body), act.now)
            if known is None:
                raise
            recorded = known
        else:
            recorded = ledger.adjust(session, slug, act, **adjustment.model_dump())
        recorded = recorded._replace(activity=ledger.seen(session, recorded, act.actor))
    return JSONResponse(recorded_document(recorded), 200 if recorded.repeated else 201)


def _external_id(body: bytes) -> str:
    try:
        return parse(_KeyOnly, body).external_id
    except Malformed:
        return ""
