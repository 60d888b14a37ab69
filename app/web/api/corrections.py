"""Correct the ledger without losing history: reversals, reinstatements, adjustments."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.models import Reversal
from app.services import activities, ledger, weeks
from app.services.intake import Code
from app.services.ledger import MOST_POINTS
from app.services.tokens import Bearer
from app.services.transfer import moment
from app.web.access import Corrector
from app.web.api.schemas import ActivityOut, RulingOut
from app.web.documents import activity_document
from app.web.state import Installation, installation

router = APIRouter(tags=["corrections"])

Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["Counted twice by the old integration"])]


class Why(BaseModel):
    """A reason, for everybody to read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason


class AdjustmentIn(BaseModel):
    """Points for a team, or from it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_id: Annotated[str, Field(min_length=1, max_length=100)]
    points: Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS, description="Not 0", examples=[15])]
    reason: Reason
    external_id: Annotated[Code, Field(description="Names the adjustment: a repeat answers with the first one.")]


@router.post("/activities/{activity_id}/reversal", status_code=201, responses={201: {"model": RulingOut}})
def reverse(request: Request, activity_id: str, why: Why, who: Corrector) -> Response:
    """Cancel an activity; it stays in the ledger and counts for nothing."""
    return _rule(installation(request), activity_id, "reversal", why.reason, who)


@router.post("/activities/{activity_id}/reinstatement", status_code=201, responses={201: {"model": RulingOut}})
def reinstate(request: Request, activity_id: str, why: Why, who: Corrector) -> Response:
    """Undo a reversal."""
    return _rule(installation(request), activity_id, "reinstatement", why.reason, who)


def _rule(
    place: Installation, activity_id: str, action: Literal["reversal", "reinstatement"], reason: str, who: Bearer
) -> Response:
    verb = ledger.reverse if action == "reversal" else ledger.reinstate
    with place.database.unit_of_work() as session:
        ruling: Reversal = verb(session, activity_id, reason=reason, by=who.name, now=place.clock())
    return JSONResponse(
        {
            "activity": activity_id,
            "action": action,
            "reason": ruling.reason,
            "by": ruling.by,
            "at": moment(ruling.at),
        },
        201,
    )


@router.post(
    "/weeks/{week}/adjustments",
    status_code=201,
    responses={201: {"model": ActivityOut}, 200: {"model": ActivityOut, "description": "A repeat: the first one"}},
)
def adjust(request: Request, week: str, adjustment: AdjustmentIn, who: Corrector) -> Response:
    """Give a team points or take some, with a reason everybody can read on its receipt."""
    place = installation(request)
    with place.database.unit_of_work() as session:
        entry, repeated = ledger.adjust(session, week, **adjustment.model_dump(), by=who.name, now=place.clock())
        found = weeks.find_by_id(session, entry.week_id)
        document = activity_document(activities.view(session, found, entry))
    return JSONResponse(document, 200 if repeated else 201)
