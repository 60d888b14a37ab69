"""Further e-mails of people, and two people or teams that are one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.models import Person
from app.services.access import addresses
from app.services.organizing import person_merging, team_merging
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody
from app.web.documents import merge_document, person_document, team_merge_document
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute)

PersonKey = Annotated[str, Path(description="A person's id", examples=["9f86d081884c7d65"])]
TeamKey = Annotated[str, Path(description="A team's id", examples=["9f86d081884c7d65"])]
Text = Annotated[str, Field(min_length=1, max_length=254)]


class AddressIn(BaseModel):
    """A further email of a person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[Text, Field(examples=["ada@home.example"])]


class MergeIn(BaseModel):
    """The person or team that becomes an alias."""

    model_config = ConfigDict(extra="forbid", strict=True)

    other: Annotated[Text, Field(description="The id of the one that becomes an alias", examples=["2c26b46b68ffc68f"])]
    dry_run: Annotated[bool, Field(description="Only say what would happen.")] = False


@router.post(
    "/people/{person_id}/merge",
    operation_id="mergePeople",
    tags=["people"],
    openapi_extra=takes_json(MergeIn, {"other": "2c26b46b68ffc68f", "dry_run": True}),
    responses={200: {"model": documents.PersonMerge}},
)
def merge(act: AdminAct, database: AppDatabase, body: RawBody, person_id: PersonKey) -> Response:
    """Make another person an alias of this one: emails, ids, seats and activities read as this one's."""
    wish = parse(MergeIn, body)
    run = person_merging.preview if wish.dry_run else person_merging.merge
    with database.unit_of_work() as session:
        plan = run(session, person_id, wish.other, act)
        return JSONResponse(merge_document(plan, _further(session, plan.kept), merged=not wish.dry_run))


@router.post(
    "/weeks/{week}/teams/{team_id}/merge",
    operation_id="mergeTeams",
    tags=["weeks"],
    openapi_extra=takes_json(MergeIn, {"other": "2c26b46b68ffc68f", "dry_run": True}),
    responses={200: {"model": documents.TeamMerge}},
)
def merge_teams(act: AdminAct, database: AppDatabase, body: RawBody, week: Slug, team_id: TeamKey) -> Response:
    """Make another team of an open week an alias of this one: its members, activities and points become this one's."""
    wish = parse(MergeIn, body)
    run = team_merging.preview if wish.dry_run else team_merging.merge
    with database.unit_of_work() as session:
        plan = run(session, week, team_id, wish.other, act)
        return JSONResponse(team_merge_document(plan, merged=not wish.dry_run))


@router.post(
    "/people/{person_id}/addresses",
    operation_id="addAddress",
    tags=["people"],
    status_code=201,
    openapi_extra=takes_json(AddressIn, {"email": "ada@home.example"}),
    responses={201: {"model": documents.Person}},
)
def add_address(act: AdminAct, database: AppDatabase, body: RawBody, person_id: PersonKey) -> Response:
    """Give a person a further email: they sign in by it, and lists and tools that use it find them."""
    wish = parse(AddressIn, body)
    with database.unit_of_work() as session:
        person = addresses.add(session, person_id, wish.email, act)
        return JSONResponse(person_document(person, _further(session, person)), 201)


@router.delete(
    "/people/{person_id}/addresses",
    operation_id="removeAddress",
    tags=["people"],
    responses={200: {"model": documents.Person}},
)
def remove_address(
    act: AdminAct,
    database: AppDatabase,
    person_id: PersonKey,
    email: Annotated[str, Query(min_length=1, max_length=254, description="One of their further emails")],
) -> Response:
    """Take a further email away; what was credited stays."""
    with database.unit_of_work() as session:
        person = addresses.remove(session, person_id, email, act)
        return JSONResponse(person_document(person, _further(session, person)))


def _further(session: Session, person: Person) -> list[str]:
    return [each.email for each in addresses.of_person(session, person.id)]
