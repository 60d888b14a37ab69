"""Knowledge cards: who owns them, and when somebody looks at them again."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.knowledge import State
from app.services.cards.listing import Card as Listed
from app.web.documents.values import Moment, NextCursor, plain


class Card(TypedDict):
    """A knowledge card; its id is that of its activity, `owner` an email, `source` and `external_id` the tool's own."""

    id: str
    week: str
    title: str | None
    url: str | None
    state: State
    owner: str
    due_on: Annotated[str | None, Field(json_schema_extra={"format": "date"}, examples=["2022-12-13"])]
    created_at: Moment
    source: str
    external_id: str


class CardList(TypedDict):
    """Knowledge cards, the newest first."""

    items: list[Card]
    next_cursor: NextCursor


def card_document(card: Listed) -> Card:
    """One knowledge card."""
    return {
        "id": card.id,
        "week": card.week.slug,
        "title": card.title or None,
        "url": card.url or None,
        "state": card.state,
        "owner": card.owner.email,
        "due_on": card.due_on.isoformat() if card.due_on else None,
        "created_at": str(plain(card.entry.occurred_at)),
        "source": card.entry.source,
        "external_id": card.entry.external_id,
    }
