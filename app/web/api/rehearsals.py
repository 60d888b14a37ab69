"""The rehearsal of a week: begun, its clock moved on, and thrown away."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from app.services.ledger.drafts import Instant
from app.services.rehearsals import ending, rehearsals
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import takes_changes
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody, ReadSession
from app.web.documents import rehearsal_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)

_REHEARSAL = "/weeks/{week}/rehearsal"


class ClockIn(BaseModel):
    """A later moment for the clock of a rehearsal."""

    model_config = ConfigDict(extra="forbid", strict=True)

    now: Instant


@router.get(_REHEARSAL, operation_id="getRehearsal", responses={200: {"model": documents.Rehearsal}})
def show_rehearsal(act: AdminAct, session: ReadSession, week: Slug) -> Response:
    """Read how far the rehearsal of a week is; 404 without one."""
    found = rehearsals.require(session, weeks.find(session, week, act.now))
    return JSONResponse(rehearsal_document(found))


@router.post(
    _REHEARSAL, operation_id="beginRehearsal", status_code=201, responses={201: {"model": documents.Rehearsal}}
)
@takes_long
def begin_rehearsal(act: AdminAct, database: AppDatabase, week: Slug) -> Response:
    """Begin a rehearsal: a copy of the week that stand-ins play, sent and counted nowhere."""
    with database.unit_of_work() as session:
        document = rehearsal_document(rehearsals.begin(session, weeks.find(session, week, act.now).slug, act))
    return JSONResponse(document, 201)


@router.patch(
    _REHEARSAL,
    operation_id="moveRehearsal",
    openapi_extra=takes_changes(ClockIn, {"now": "2022-09-14T09:00:00-07:00"}),
    responses={200: {"model": documents.Rehearsal}},
)
@takes_long
def move_rehearsal(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Move the clock of a rehearsal forward; what happens until then is played."""
    wish = parse(ClockIn, body)
    with database.unit_of_work() as session:
        slug = weeks.find(session, week, act.now).slug
        document = rehearsal_document(rehearsals.move(session, slug, wish.now, act))
    return JSONResponse(document)


@router.delete(_REHEARSAL, operation_id="endRehearsal", responses={200: {"model": documents.ThrownAway}})
@takes_long
def end_rehearsal(act: AdminAct, database: AppDatabase, week: Slug) -> Response:
    """Throw a rehearsal away: all its rows are deleted."""
    with database.unit_of_work() as session:
        slug = weeks.find(session, week, act.now).slug
        rows = ending.throw_away(session, slug, act)
    return JSONResponse({"of": slug, "rows": rows})
