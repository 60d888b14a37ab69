"""Weeks for scripts: created, changed as far as nothing stands against it, and deleted while they are drafts."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services.organizing import ledger_desk, week_admin
from app.services.organizing.week_admin import WeekFields
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.shift_bodies import Day
from app.web.api.weeks import Slug, changed_document
from app.web.deps import AdminAct, AppDatabase, RawBody
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)

Name = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, Field(min_length=1, max_length=64, description="Such as America/Los_Angeles")]


class WeekIn(BaseModel):
    """A new week; `week` is its slug."""

    model_config = ConfigDict(extra="forbid", strict=True)

    week: Annotated[str, Field(min_length=1, max_length=40, description="Its slug: a-z, 0-9 and hyphens")]
    name: Name
    timezone: Zone
    starts: Day
    ends: Day


class WeekChangesIn(BaseModel):
    """Fields of a week; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    timezone: Zone | None = None
    starts: Day | None = None
    ends: Day | None = None
    sla: Annotated[int | None, Field(description="The promised response time in seconds")] = None
    customers: Annotated[int | None, Field(description="Null where nobody knows")] = None
    hand_logs_a_day: Annotated[
        int | None, Field(description="Most activities a day that people log for themselves; null is any number")
    ] = None


@router.post(
    "/weeks",
    operation_id="createWeek",
    status_code=201,
    openapi_extra=takes_json(
        WeekIn,
        {
            "week": "q1-2023", "name": "Q1 2023", "timezone": "America/Los_Angeles", "starts": "2023-03-13",
            "ends": "2023-03-17",
        },
    ),
    responses={201: {"model": documents.Week}},
)  # fmt: skip
def create_week(act: AdminAct, database: AppDatabase, body: RawBody) -> Response:
    """Create a draft without teams; 409 for a slug that another week has."""
    wish = parse(WeekIn, body)
    with database.unit_of_work() as session:
        made = weeks.create(
            session, act, slug=wish.week, name=wish.name, timezone=wish.timezone, starts=wish.starts, ends=wish.ends
        )
        document = changed_document(session, made, act)
    return JSONResponse(document, 201)


@router.patch(
    "/weeks/{week}",
    operation_id="changeWeek",
    openapi_extra=takes_json(WeekChangesIn, {"name": "Autumn", "customers": 2000}),
    responses={200: {"model": documents.Week}},
)
def change_week(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Change fields of a week; 409 where something stands against it, such as activities outside its new days."""
    wish = parse(WeekChangesIn, body)
    given = wish.model_fields_set
    with database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        if "hand_logs_a_day" in given:
            ledger_desk.limit_hand_logs(session, found.slug, wish.hand_logs_a_day, act)
        wanted = WeekFields(
            found.name if wish.name is None else wish.name, wish.timezone or found.timezone,
            wish.starts or found.starts, wish.ends or found.ends, found.sla if wish.sla is None else wish.sla,
            wish.customers if "customers" in given else found.customers,
        )  # fmt: skip
        week_admin.edit(session, found.slug, wanted, act)
        document = changed_document(session, weeks.find(session, found.slug, act.now), act)
    return JSONResponse(document)


@router.delete("/weeks/{week}", operation_id="deleteWeek", responses={200: {"model": documents.Week}})
def delete_week(act: AdminAct, database: AppDatabase, week: Slug) -> Response:
    """Delete a draft with its teams and shifts; 409 for a week that was opened. Answers with the week as it was."""
    with database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        document = changed_document(session, found, act)
        week_admin.remove_draft(session, found.slug, act)
    return JSONResponse(document)
