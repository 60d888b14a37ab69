"""Messages on the displays: listed, written, changed, removed."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.domain.screens.wall import MessageKind
from app.services.displays import messages
from app.services.displays.messages import LONGEST_LINK, LONGEST_TEXT, LONGEST_TITLE, MessageFields
from app.services.ledger.drafts import Instant
from app.services.validation import parse
from app.web.api.bodies import takes_changes, takes_json
from app.web.deps import AdminRealAct, AppDatabase, RawBody, ReadSession
from app.web.documents import displays as documents
from app.web.documents.displays import display_message_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["displays"], route_class=DatabaseRoute)

MessageId = Annotated[str, Path(description="A message's id", examples=["9f86d081884c7d65"])]
ONE: dict[int | str, dict[str, Any]] = {200: {"model": documents.DisplayMessage}}
STRICT = ConfigDict(extra="forbid", strict=True)

Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Link = Annotated[str, Field(max_length=LONGEST_LINK, description="The address of a QR code.")]
Until = Annotated[Instant | None, Field(description="When it goes by itself; null is never.")]


class MessageIn(BaseModel):
    """A message for the screens."""

    model_config = STRICT

    title: Title
    kind: MessageKind = "news"
    text: Text = ""
    link: Link = ""
    until: Until = None


class MessageChangeIn(BaseModel):
    """Changes of a message."""

    model_config = STRICT

    title: Title = ""
    kind: MessageKind = "news"
    text: Text = ""
    link: Link = ""
    until: Until = None


@router.get("/display-messages", operation_id="listMessages", responses={200: {"model": documents.DisplayMessageList}})
def list_display_messages(_act: AdminRealAct, session: ReadSession) -> Response:
    """Messages on the displays, in the order they take turns; there are at most 20."""
    items = [display_message_document(each) for each in messages.every(session)]
    return JSONResponse(documents.DisplayMessageList(items=items, next_cursor=None))


@router.post(
    "/display-messages",
    operation_id="writeMessage",
    status_code=201,
    openapi_extra=takes_json(MessageIn, {"kind": "thanks", "title": "Thank you, Ada", "text": "For the 6 a.m. shift"}),
    responses={201: {"model": documents.DisplayMessage}},
)
def write_display_message(act: AdminRealAct, database: AppDatabase, body: RawBody) -> Response:
    """Put a message on the displays."""
    wish = parse(MessageIn, body)
    fields = MessageFields(wish.kind, wish.title, wish.text, wish.link, wish.until)
    with database.unit_of_work() as session:
        return JSONResponse(display_message_document(messages.write(session, fields, act)), 201)


@router.patch(
    "/display-messages/{screen_message}",
    operation_id="changeMessage",
    openapi_extra=takes_changes(MessageChangeIn, {"title": "Thank you, Ada and Bo"}),
    responses=ONE,
)
def change_display_message(
    act: AdminRealAct, database: AppDatabase, screen_message: MessageId, body: RawBody
) -> Response:
    """Change a message; what is left out stays as it is."""
    wish = parse(MessageChangeIn, body)
    changes = {name: getattr(wish, name) for name in wish.model_fields_set}
    with database.unit_of_work() as session:
        return JSONResponse(display_message_document(messages.change(session, screen_message, changes, act)))


@router.delete("/display-messages/{screen_message}", operation_id="removeMessage", responses=ONE)
def remove_display_message(act: AdminRealAct, database: AppDatabase, screen_message: MessageId) -> Response:
    """Take a message off the displays for good."""
    with database.unit_of_work() as session:
        document = display_message_document(messages.find(session, screen_message))
        messages.remove(session, screen_message, act)
        return JSONResponse(document)
