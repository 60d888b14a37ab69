"""Wait for a seat of a full shift."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.models import Person, WaitingEntry
from app.services.ledger.drafts import LONGEST_EMAIL
from app.services.shifts import waiting
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.api.shift_bodies import EMAIL_EXAMPLE, PersonIn
from app.web.api.sign_ups import REPEAT, ReasonQuery, ShiftId, person_id_of
from app.web.api.weeks import Slug
from app.web.deps import AppDatabase, RawBody, ShiftWriterAct
from app.web.documents import WaitingPlace, waiting_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["shifts"], route_class=DatabaseRoute)

_PATH = "/weeks/{week}/shifts/{shift_id}/waiting"
PersonQuery = Annotated[str, Query(max_length=LONGEST_EMAIL, description="The person's email")]


@router.post(
    _PATH,
    operation_id="waitForShift",
    status_code=201,
    openapi_extra=takes_json(PersonIn, {"person": EMAIL_EXAMPLE}),
    responses={
        201: {"model": documents.WaitingPlace},
        200: {"model": documents.WaitingPlace, "description": REPEAT},
    },
)
def post_waiting(act: ShiftWriterAct, database: AppDatabase, week: Slug, shift_id: ShiftId, body: RawBody) -> Response:
    """Put someone on the waiting list of a full shift; a freed seat goes to the first who can take it."""
    wish = parse(PersonIn, body)
    with database.unit_of_work() as session:
        person_id = person_id_of(session, wish.person)
        place = waiting.join(session, week, shift_id, person_id, act, reason=wish.reason)
        document = _document_of(session, week, place.entry, act, place.position)
    return JSONResponse(document, 200 if place.repeated else 201)


@router.delete(_PATH, operation_id="stopWaitingForShift", responses={200: {"model": documents.WaitingPlace}})
def delete_waiting(
    act: ShiftWriterAct,
    database: AppDatabase,
    week: Slug,
    shift_id: ShiftId,
    person: PersonQuery,
    reason: ReasonQuery = None,
) -> Response:
    """Take someone off the waiting list; a repeat changes nothing."""
    with database.unit_of_work() as session:
        entry = waiting.leave_list(session, week, shift_id, person_id_of(session, person), act, reason=reason)
        document = _document_of(session, week, entry, act, None)
    return JSONResponse(document)


def _document_of(session: Session, slug: str, entry: WaitingEntry, act: Act, position: int | None) -> WaitingPlace:
    view = weeks.view(weeks.find(session, slug, act.now), act.actor)
    person = session.get_one(Person, entry.person_id)
    return waiting_document(entry, view.name_of(person.id, person.name), position)
