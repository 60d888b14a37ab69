"""Feedback of a week: read what becomes of it, make items, change them."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.domain.feedback import State
from app.services.feedback import items, listing
from app.services.feedback.items import Change
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import takes_changes, takes_json
from app.web.api.shift_bodies import Day
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppClock, AppDatabase, RawBody, Reader, ReadSession
from app.web.documents import feedback_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["feedback"], route_class=DatabaseRoute)

ItemId = Annotated[str, Path(description="The id of an item of that week", examples=["9f86d081884c7d65"])]
Title = Annotated[str, Field(min_length=1, max_length=items.LONGEST_TITLE, examples=["Shorter handovers"])]
Text = Annotated[str, Field(max_length=items.LONGEST_TEXT)]
EntryId = Annotated[str, Field(max_length=40)]
Entries = Annotated[list[EntryId], Field(max_length=200, description="Ids of the week’s guestbook entries")]


class FeedbackIn(BaseModel):
    """A new item, of these entries of the guestbook."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Title
    entries: Entries = Field(default_factory=list)


class FeedbackChanges(BaseModel):
    """Changes of an item; what is left out stays. `reason` is why it goes back."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Title | None = None
    state: State | None = None
    owner: Annotated[str | None, Field(max_length=254, description="The email of a person")] = None
    due_on: Day | None = None
    did: Text | None = None
    why: Text | None = None
    reason: Annotated[str | None, Field(max_length=500)] = None
    entries: Entries | None = None


@router.get("/weeks/{week}/feedback", operation_id="listFeedback", responses={200: {"model": documents.FeedbackList}})
def list_feedback(actor: Reader, session: ReadSession, clock: AppClock, week: Slug) -> Response:
    """The feedback of a week and what becomes of it; `new` items are for `admin` alone."""
    found = weeks.find(session, week, clock.game())
    listed = listing.of_week(session, found, actor, weeks.view(found, actor))
    return JSONResponse(documents.FeedbackList(items=[feedback_document(each) for each in listed], next_cursor=None))


@router.post(
    "/weeks/{week}/feedback",
    operation_id="addFeedback",
    status_code=201,
    openapi_extra=takes_json(FeedbackIn, {"title": "Shorter handovers"}),
    responses={201: {"model": documents.Feedback}},
)
def add_feedback(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Make an item; it is `new`."""
    wish = parse(FeedbackIn, body)
    with database.unit_of_work() as session:
        item = items.make(session, week, Change(title=wish.title, entries=tuple(wish.entries)), act)
        document = feedback_document(listing.of_item(session, item))
    return JSONResponse(document, 201)


@router.patch(
    "/weeks/{week}/feedback/{feedback_id}",
    operation_id="changeFeedback",
    openapi_extra=takes_changes(FeedbackChanges, {"state": "planned", "owner": "ada@example.com"}),
    responses={200: {"model": documents.Feedback}},
)
def change_feedback(act: AdminAct, database: AppDatabase, week: Slug, feedback_id: ItemId, body: RawBody) -> Response:
    """Change an item; 409 where its state lacks what it needs, or it goes back without a reason."""
    wish = parse(FeedbackChanges, body)
    change = Change(
        title=wish.title, state=wish.state, owner=wish.owner, due_on=wish.due_on, did=wish.did, why=wish.why,
        reason=wish.reason or "", entries=None if wish.entries is None else tuple(wish.entries),
    )  # fmt: skip
    with database.unit_of_work() as session:
        item = items.change(session, week, feedback_id, change, act)
        document = feedback_document(listing.of_item(session, item))
    return JSONResponse(document)
