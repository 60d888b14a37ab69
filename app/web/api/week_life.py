"""The life of a week for scripts: opened, frozen, closed, archived, copied; and what closing would leave undone."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services import lifecycle, reasons
from app.services.organizing import closing, week_copying
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import flaw_in, takes_json
from app.web.api.shift_bodies import Day
from app.web.api.weeks import Slug, changed_document
from app.web.deps import AdminAct, AppDatabase, RawBody, ReadSession
from app.web.documents import unresolved_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)

VERBS = {
    "freeze": lifecycle.freeze, "reveal": lifecycle.reveal, "close": lifecycle.close, "archive": lifecycle.archive,
    "unarchive": lifecycle.unarchive,
}  # fmt: skip


class StateIn(BaseModel):
    """A step of a week; opening a closed one again needs a reason."""

    model_config = ConfigDict(extra="forbid", strict=True)

    action: Literal["open", "freeze", "reveal", "close", "archive", "unarchive"]
    reason: Annotated[str | None, Field(max_length=reasons.LONGEST, description="Why a closed week is reopened")] = None


class CopyIn(BaseModel):
    """The copy of a week: its slug; what is left out follows from the week."""

    model_config = ConfigDict(extra="forbid", strict=True)

    week: Annotated[str, Field(max_length=40, description="The slug of the copy")]
    name: Annotated[str, Field(max_length=200)] = ""
    starts: Annotated[Day | None, Field(description="Its first day")] = None
    people: Annotated[bool, Field(description="Whether teams keep their members")] = True


@router.get("/weeks/{week}/unresolved", operation_id="getUnresolved", responses={200: {"model": documents.Unresolved}})
def show_unresolved(act: AdminAct, session: ReadSession, week: Slug) -> Response:
    """Read what would be left undone if a week was closed now: a closed week takes nothing."""
    return JSONResponse(unresolved_document(closing.unresolved(session, weeks.find(session, week, act.now), act.now)))


@router.post(
    "/weeks/{week}/state",
    operation_id="changeWeekState",
    openapi_extra=takes_json(StateIn, {"action": "open", "reason": "A shift was missing"}),
    responses={200: {"model": documents.Week}},
)
@takes_long
def change_week_state(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Open, freeze, reveal, close, archive or unarchive a week; 409 where its state doesn’t allow that."""
    wish = parse(StateIn, body)
    if wish.reason is not None and wish.action != "open":
        raise flaw_in("reason", "A reason is for opening a closed week again. Leave it out.")
    with database.unit_of_work() as session:
        slug = weeks.find(session, week, act.now).slug
        if wish.action == "open":
            changed = lifecycle.open_week(session, slug, act, reason=wish.reason)
        else:
            changed = VERBS[wish.action](session, slug, act)
        document = changed_document(session, changed, act)
    return JSONResponse(document)


@router.post(
    "/weeks/{week}/copy",
    operation_id="copyWeek",
    status_code=201,
    openapi_extra=takes_json(CopyIn, {"week": "q4-2022", "name": "Q4 2022"}),
    responses={201: {"model": documents.Week}},
)
@takes_long
def copy_week(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Make a draft like a week, with its teams, shifts and settings on other days."""
    wish = parse(CopyIn, body)
    with database.unit_of_work() as session:
        slug = weeks.find(session, week, act.now).slug
        copied = week_copying.copy(
            session, slug, wish.week, act, name=wish.name, starts=wish.starts, with_people=wish.people
        )
        document = changed_document(session, copied.week, act)
    return JSONResponse(document, 201)
