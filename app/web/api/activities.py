"""Record activities, one or many, and read the ledger."""

import json
from itertools import islice

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.domain.actor import Actor
from app.domain.tables.decoding import UTF8_MARK
from app.errors import Malformed
from app.services import paging
from app.services.imports import batch
from app.services.ledger import activities
from app.services.ledger.drafts import DraftIn, read_json
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import takes, takes_json
from app.web.api.weeks import Cursor, Limit, Slug
from app.web.deps import AppClock, AppDatabase, AppWriteQueue, RawBody, Reader, ReadSession, Writer, WriterAct
from app.web.documents import activity_document, recorded_document
from app.web.routes import DatabaseRoute, takes_long
from app.web.write_queue import WriteQueue

MAX_LINES = 10_000  # of one batch: the lock is held for less than a second; commands import longer files
MAX_BATCH_BYTES = 16 * 1_048_576  # 1.6 kB a line, where a line with everything but a long note has 400 bytes

router = APIRouter(tags=["activities"], route_class=DatabaseRoute)


_EXAMPLE = {
    "kind": "response",
    "person": "ada@example.com",
    "occurred_at": "2022-09-14T06:04:10-07:00",
    "source": "zendesk",
    "external_id": "comment-90210",
    "subject": "ticket-4711",
    "response_seconds": 1260,
}
_MORE = {**_EXAMPLE, "external_id": "comment-90211", "occurred_at": "2022-09-14T06:09:31-07:00"}
_ACTIVITY = takes_json(DraftIn, _EXAMPLE)
_BATCH = takes(
    "application/x-ndjson",
    {"type": "string", "description": "One activity a line, as JSON; no line at all is a batch of none"},
    "".join(json.dumps(each) + "\n" for each in (_EXAMPLE, _MORE)),
    required=False,
)


@router.post(
    "/weeks/{week}/activities",
    operation_id="recordActivity",
    status_code=201,
    openapi_extra=_ACTIVITY,
    responses={
        201: {"model": documents.Activity},
        200: {"model": documents.Activity | documents.ActivityKey, "description": documents.REPEAT},
    },
)
async def record(actor: Writer, queue: AppWriteQueue, week: Slug, body: RawBody) -> Response:
    """Record one activity. (`source`, `kind`, `external_id`) names it: sending it again changes nothing."""
    return await record_body(queue, week, body, actor)


async def record_body(queue: WriteQueue, slug: str, body: bytes, actor: Actor) -> Response:
    """Record one activity as it was sent, for someone who may. Raises what the queue raises."""
    recorded = await queue.record(slug, read_json(body), actor)
    return JSONResponse(recorded_document(recorded), 200 if recorded.repeated else 201)


@router.post(
    "/weeks/{week}/activities/batch",
    operation_id="recordActivities",
    max_body_size=MAX_BATCH_BYTES,
    openapi_extra=_BATCH,
    responses={200: {"model": documents.BatchResult}},
)
@takes_long
def record_batch(act: WriterAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Record up to 10,000 activities as NDJSON, all or nothing; 422 names every bad line."""
    if _is_list(body):
        message = "This is a JSON list. Send one object a line (NDJSON), without brackets and commas."
        raise Malformed(message, errors=[{"line": 1, "message": message}])
    lines = list(islice(batch.read_ndjson(body), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        raise Malformed(
            f"A batch takes at most {MAX_LINES:,} lines. Send the rest in another one.",
            errors=[{"line": lines[MAX_LINES].number, "message": "This line is one too many."}],
        )
    with database.unit_of_work() as session:
        outcome = batch.record(session, week, lines, act)
    return JSONResponse(documents.BatchResult(recorded=outcome.recorded, repeated=outcome.repeated))


def _is_list(body: bytes) -> bool:
    """Tell a list that is spread over lines, as programs print one: each of its lines would be bad by itself."""
    start, end = body[:100].removeprefix(UTF8_MARK).lstrip(), body[-100:].rstrip()
    return start.startswith(b"[") and end.endswith(b"]") and b"\n" in body.strip()


@router.get(
    "/weeks/{week}/activities", operation_id="listActivities", responses={200: {"model": documents.ActivityList}}
)
def read_ledger(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    week: Slug,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """The week's activities in the order they were recorded, reversed ones and adjustments included.

    While the week is frozen, who is no organizer reads it as it was at the freeze.
    """
    found = weeks.find(session, week, clock.game())
    items, next_cursor = activities.page(session, found, cursor=cursor, limit=limit, view=weeks.view(found, actor))
    rows = [activity_document(item) for item in items]
    return JSONResponse(documents.ActivityList(items=rows, next_cursor=next_cursor))
