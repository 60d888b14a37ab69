"""Deliveries of tools and identities of people there, for organizers and their scripts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.models import Person
from app.services import paging
from app.services.intake import authors, deliveries, delivery_search
from app.services.intake.delivery_search import Wanted
from app.services.ledger.drafts import Code, Email
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.weeks import Cursor, Limit
from app.web.deps import AdminAct, AppDatabase, RawBody, ReadSession
from app.web.documents import delivery_document, identity_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["intake"], route_class=DatabaseRoute)

DeliveryId = Annotated[str, Path(description="A delivery's id", examples=["9f86d081884c7d65"])]


class IdentityIn(BaseModel):
    """A person, and their id in a tool."""

    model_config = ConfigDict(extra="forbid", strict=True)

    source: Annotated[Code, Field(examples=["github"], description="The source of a connection.")]
    external_id: Annotated[Code, Field(examples=["@ada"], description="The person's id there, or @login at GitHub.")]
    email: Email
    replace: Annotated[bool, Field(description="Say that it is someone else than before, from now on.")] = False


@router.get("/deliveries", operation_id="listDeliveries", responses={200: {"model": documents.DeliveryList}})
def list_deliveries(
    act: AdminAct,
    session: ReadSession,
    connection: Annotated[str | None, Query(max_length=40, description="Of this connection alone")] = None,
    state: Annotated[str | None, Query(max_length=20, description="In this state alone")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """Deliveries, the newest first."""
    wanted = Wanted(connection or "", state or "")
    items, next_cursor = delivery_search.page(session, wanted, cursor=cursor, limit=limit)
    rows = [delivery_document(item) for item in items]
    return JSONResponse(documents.DeliveryList(items=rows, next_cursor=next_cursor))


@router.get("/deliveries/{delivery_id}", operation_id="getDelivery", responses={200: {"model": documents.Delivery}})
def read_delivery(act: AdminAct, session: ReadSession, delivery_id: DeliveryId) -> Response:
    """One delivery."""
    return JSONResponse(delivery_document(deliveries.find(session, delivery_id)))


@router.post(
    "/deliveries/{delivery_id}/replay",
    operation_id="replayDelivery",
    status_code=202,
    responses={202: {"model": documents.Delivery}},
)
def replay_delivery(act: AdminAct, database: AppDatabase, delivery_id: DeliveryId) -> Response:
    """Look at a delivery again, in a few seconds; a recorded one stays so."""
    with database.unit_of_work() as session:
        return JSONResponse(delivery_document(deliveries.replay(session, delivery_id, act)), 202)


@router.get("/identities", operation_id="listIdentities", responses={200: {"model": documents.IdentityList}})
def list_identities(
    act: AdminAct, session: ReadSession, cursor: Cursor = None, limit: Limit = paging.USUAL_PER_PAGE
) -> Response:
    """Identities of people in tools, by source and id."""
    items, next_cursor = authors.page(session, cursor=cursor, limit=limit)
    rows = [identity_document(*item) for item in items]
    return JSONResponse(documents.IdentityList(items=rows, next_cursor=next_cursor))


@router.post(
    "/identities",
    operation_id="nameIdentity",
    status_code=201,
    openapi_extra=takes_json(IdentityIn, {"source": "github", "external_id": "@ada", "email": "ada@example.com"}),
    responses={
        201: {"model": documents.Identity},
        200: {"model": documents.Identity, "description": documents.REPEAT},
    },
)
def name_identity(act: AdminAct, database: AppDatabase, body: RawBody) -> Response:
    """Say whose an id is: what waits for it is credited, at its original time."""
    wish = parse(IdentityIn, body)
    with database.unit_of_work() as session:
        identity, repeated = authors.name(session, wish.source, wish.external_id, wish.email, act, replace=wish.replace)
        person = session.get_one(Person, identity.person_id)
        return JSONResponse(identity_document(identity, person), 200 if repeated else 201)


@router.delete(
    "/identities/{identity_id}", operation_id="forgetIdentity", responses={200: {"model": documents.Identity}}
)
def forget_identity(
    act: AdminAct,
    database: AppDatabase,
    identity_id: Annotated[str, Path(description="An identity's id", examples=["9f86d081884c7d65"])],
) -> Response:
    """Take an identity away; what was credited stays."""
    with database.unit_of_work() as session:
        identity = authors.forget(session, identity_id, act)
        return JSONResponse(identity_document(identity, session.get_one(Person, identity.person_id)))
