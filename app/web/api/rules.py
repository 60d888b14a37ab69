"""The rules: read them, see what others would do, activate them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.db.database import Database
from app.domain.actor import Act
from app.services.rules import rule_sets
from app.services.standings import previews
from app.web import documents
from app.web.api.bodies import takes
from app.web.context import installation
from app.web.deps import Reader, RuleWriterAct
from app.web.documents import active_rules_document, preview_document, rule_set_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["rules"], route_class=DatabaseRoute)

_EXAMPLE = """\
format = 1

[activities]
shift = { points = 10, one = "shift", many = "shifts" }
response = { points = 2, one = "response", many = "responses", cap = { max = 3, per = "subject" } }
issue = { points = 5, one = "issue", many = "issues" }
feature_request = { points = 5, one = "feature request", many = "feature requests" }
knowledge_card = { points = 8, one = "knowledge card", many = "knowledge cards" }

[[bonuses]]
name = "6 a.m. shift"
activity = "shift"
starts = { from = "06:00", until = "07:00" }
points = 10
"""
_TOML = takes("text/plain", {"type": "string", "description": "A whole rules file"}, _EXAMPLE)


@router.get("/rules", operation_id="getRules", responses={200: {"model": documents.ActiveRules}})
def show(request: Request, _who: Reader) -> Response:
    """The active version of the rules."""
    with installation(request).database.reading() as session:
        document = active_rules_document(rule_sets.active(session), rule_sets.file_errors(session))
    return JSONResponse(document)


@router.post(
    "/rules/preview", operation_id="previewRules", openapi_extra=_TOML, responses={200: {"model": documents.Preview}}
)
async def preview(request: Request, act: RuleWriterAct) -> Response:
    """Preview the open weeks under this rules file; nothing changes. 422 lists every mistake in it."""
    database, text = installation(request).database, _text(await request.body())
    return await database.reads.run(_preview, database, text, act, long=True)


def _preview(database: Database, text: str, act: Act) -> Response:
    with database.reading() as session:
        found = previews.preview(session, text, act)
    return JSONResponse(preview_document(found))


@router.put("/rules", operation_id="activateRules", openapi_extra=_TOML, responses={200: {"model": documents.RuleSet}})
async def activate(
    request: Request, act: RuleWriterAct, note: Annotated[str, Query(max_length=500, description="Why")] = ""
) -> Response:
    """Make this rules file the active version and score the open weeks by it. 422 lists every mistake in it."""
    database, text = installation(request).database, _text(await request.body())
    return await database.writes.run(_activate, database, text, note, act, long=True)


def _activate(database: Database, text: str, note: str, act: Act) -> Response:
    with database.unit_of_work() as session:
        rule_set = rule_sets.activate(session, text, act, note=note)
        document = rule_set_document(rule_set)
    return JSONResponse(document)


def _text(body: bytes) -> str:
    """The body as text; bytes that are no UTF-8 stay visible to the parser, which names them as a mistake."""
    return body.decode("utf-8", errors="surrogateescape")
