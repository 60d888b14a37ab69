"""Capacity: how many people answer in time."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.services.capacity import questions
from app.services.capacity.questions import ChatQuestion, EmailQuestion
from app.services.validation import parse
from app.web.api.bodies import takes_json
from app.web.deps import RawBody, Reader
from app.web.documents import capacity as documents
from app.web.documents.capacity import chat_capacity_document, email_capacity_document
from app.web.routes import DatabaseRoute, only_reads, takes_long

router = APIRouter(tags=["forecast"], route_class=DatabaseRoute)


@router.post(
    "/capacity/email",
    operation_id="planEmail",
    openapi_extra=takes_json(
        EmailQuestion,
        {
            "contacts": [6, 8, 12, 10],
            "interval_min": 30,
            "waiting": 5,
            "handling_min": 9,
            "answer_within_min": 60,
            "shrinkage": 0.15,
        },
    ),
    responses={200: {"model": documents.EmailCapacity}},
)
@only_reads
@takes_long
def plan_email(_reader: Reader, body: RawBody) -> Response:
    """Find the people who answer a shift's email in time; the same question has the same answer."""
    return JSONResponse(email_capacity_document(questions.email(parse(EmailQuestion, body))))


@router.post(
    "/capacity/chat",
    operation_id="planChat",
    openapi_extra=takes_json(
        ChatQuestion, {"contacts": 100, "period_s": 1800, "aht_s": 180, "people": 14, "within_s": 20}
    ),
    responses={200: {"model": documents.ChatCapacity}},
)
@only_reads
def plan_chat(_reader: Reader, body: RawBody) -> Response:
    """Tell how customers of a chat or a phone line wait for so many people, if nobody hangs up (Erlang C)."""
    return JSONResponse(chat_capacity_document(questions.chat(parse(ChatQuestion, body))))
