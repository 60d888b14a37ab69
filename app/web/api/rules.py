"""The rules: read them, see what others would do, activate them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from app.services.rules import rule_sets
from app.services.standings import previews
from app.web import documents
from app.web.api.bodies import takes
from app.web.deps import AppDatabase, RawBody, Reader, ReadSession, RuleWriterAct
from app.web.documents import active_rules_document, preview_document, rule_set_document
from app.web.routes import DatabaseRoute, only_reads, takes_long

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
def show(_reader: Reader, session: ReadSession) -> Response:
    """The active version of the rules."""
    return JSONResponse(active_rules_document(rule_sets.active(session), rule_sets.file_errors(session)))


@router.post(
    "/rules/preview", operation_id="previewRules", openapi_extra=_TOML, responses={200: {"model": documents.Preview}}
)
@takes_long
@only_reads
def preview(act: RuleWriterAct, session: ReadSession, body: RawBody) -> Response:
    """Preview the open weeks under this rules file; nothing changes. 422 lists every mistake in it."""
    return JSONResponse(preview_document(previews.preview(session, _text(body), act)))


@router.put("/rules", operation_id="activateRules", openapi_extra=_TOML, responses={200: {"model": documents.RuleSet}})
@takes_long
def activate(
    act: RuleWriterAct,
    database: AppDatabase,
    body: RawBody,
    note: Annotated[str, Query(max_length=500, description="Why")] = "",
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The version this was made from; 409 where it isn’t active")
    ] = None,
) -> Response:
    """Make this rules file the active version and score the open weeks by it. 422 lists every mistake in it."""
    with database.unit_of_work() as session:
        document = rule_set_document(rule_sets.activate(session, _text(body), act, note=note, version=version))
    return JSONResponse(document)


def _text(body: bytes) -> str:
    """The body as text; bytes that are no UTF-8 stay visible to the parser, which names them as a mistake."""
    return rule_sets.text_of(body)
