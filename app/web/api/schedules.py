"""The schedule of a week: when it opens, freezes and closes by itself."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services.ledger.drafts import Instant
from app.services.validation import parse
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import LONGEST_GRACE, Action, Slot
from app.web import documents
from app.web.api.bodies import flaw_in, takes_changes
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppClock, AppDatabase, RawBody, ReadSession
from app.web.documents import schedule_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)

_SCHEDULE = "/weeks/{week}/schedule"


class ScheduleIn(BaseModel):
    """Changes of a week's schedule; null plans it no longer. Grace is of the closing that is sent with it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    open: Instant | None = None
    freeze: Instant | None = None
    close: Instant | None = None
    grace_minutes: Annotated[int, Field(ge=0, le=LONGEST_GRACE)] = 0

    def wanted(self) -> dict[Action, Slot | None]:
        """The changes that are sent, by action."""
        slots: dict[Action, Slot | None] = {}
        for action in schedule.ACTIONS:
            if action in self.model_fields_set:
                at = getattr(self, action)
                slots[action] = Slot(at, self.grace_minutes if action == "close" else 0) if at else None
        return slots


@router.get(_SCHEDULE, operation_id="getSchedule", responses={200: {"model": documents.Schedule}})
def show_schedule(_act: AdminAct, session: ReadSession, clock: AppClock, week: Slug) -> Response:
    """Read when a week opens, freezes and closes by itself."""
    found = weeks.find(session, week, clock.game())
    return JSONResponse(schedule_document(schedule.planned(session, found.id)))


@router.patch(
    _SCHEDULE,
    operation_id="changeSchedule",
    openapi_extra=takes_changes(
        ScheduleIn,
        {"freeze": "2022-09-16T15:00:00-07:00", "close": "2022-09-16T17:00:00-07:00", "grace_minutes": 120},
    ),
    responses={200: {"model": documents.Schedule}},
)
def change_schedule(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Plan when a week opens, freezes and closes by itself; what is left out stays as it is."""
    wish = parse(ScheduleIn, body)
    if "grace_minutes" in wish.model_fields_set and wish.close is None:
        raise flaw_in("grace_minutes", "Grace is for a closing. Send its time, too.")
    with database.unit_of_work() as session:
        document = schedule_document(schedule.change(session, week, wish.wanted(), act))
    return JSONResponse(document)
