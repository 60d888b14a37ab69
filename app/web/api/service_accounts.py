"""Bots and service accounts of connections, for organizers' scripts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services.intake import connections, service_accounts
from app.services.ledger.drafts import LONGEST_CODE, Code
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.deps import AdminAct, AppDatabase, RawBody, ReadSession
from app.web.documents import service_account_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["intake"], route_class=DatabaseRoute)

PATH = "/sources/{connection}/accounts"
Name = Annotated[str, Path(description="A connection's name", examples=["github"])]


class ServiceAccountIn(BaseModel):
    """A bot or service account."""

    model_config = ConfigDict(extra="forbid", strict=True)

    external_id: Annotated[Code, Field(examples=["@robot"], description="Its id at the tool, or its email.")]


@router.get(PATH, operation_id="listServiceAccounts", responses={200: {"model": documents.ServiceAccountList}})
def list_accounts(act: AdminAct, session: ReadSession, connection: Name) -> Response:
    """Bots and service accounts of a connection, by id; all of them, so `next_cursor` is null."""
    found = service_accounts.every(session, connections.find(session, connection).id)
    rows = [service_account_document(account) for account in found]
    return JSONResponse(documents.ServiceAccountList(items=rows, next_cursor=None))


@router.post(
    PATH,
    operation_id="addServiceAccount",
    status_code=201,
    openapi_extra=takes_json(ServiceAccountIn, {"external_id": "@robot"}),
    responses={
        201: {"model": documents.ServiceAccount},
        200: {"model": documents.ServiceAccount, "description": documents.REPEAT},
    },
)
def add_account(act: AdminAct, database: AppDatabase, body: RawBody, connection: Name) -> Response:
    """Say that an account is a bot or service account: what it does is ignored, as is what waits for it."""
    wish = parse(ServiceAccountIn, body)
    with database.unit_of_work() as session:
        change = service_accounts.add(session, connection, wish.external_id, act)
        return JSONResponse(service_account_document(change.account), 200 if change.was_so else 201)


@router.delete(PATH, operation_id="removeServiceAccount", responses={200: {"model": documents.ServiceAccount}})
def remove_account(
    act: AdminAct,
    database: AppDatabase,
    connection: Name,
    external_id: Annotated[str, Query(min_length=1, max_length=LONGEST_CODE, description="Its id, as the list has it")],
) -> Response:
    """Take an account off the list: what was ignored for it is looked at again."""
    with database.unit_of_work() as session:
        change = service_accounts.remove(session, connection, external_id, act)
        return JSONResponse(service_account_document(change.account))
