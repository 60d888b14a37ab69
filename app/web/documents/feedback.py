"""Feedback of a week: what becomes of people's wishes."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.feedback import State
from app.services.feedback.listing import Listed
from app.web.documents.values import NextCursor


class Feedback(TypedDict):
    """One thing to improve; `owner` is an email, `entries` are ids of the guestbook's entries it comes from."""

    id: str
    title: str
    state: State
    owner: str | None
    due_on: Annotated[str | None, Field(json_schema_extra={"format": "date"}, examples=["2022-09-30"])]
    did: Annotated[str | None, Field(description="What was done.")]
    why: Annotated[str | None, Field(description="Why it isn’t done now.")]
    entries: list[str]


class FeedbackList(TypedDict):
    """The feedback of a week; there is no second page."""

    items: list[Feedback]
    next_cursor: NextCursor


def feedback_document(listed: Listed) -> Feedback:
    """One thing to improve."""
    item = listed.item
    return {
        "id": item.id,
        "title": item.title,
        "state": item.state,  # type: ignore[typeddict-item]  # the database takes no other (`feedback_item_state`)
        "owner": listed.owner_email or None,
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "did": item.did or None,
        "why": item.why or None,
        "entries": list(listed.entries),
    }
