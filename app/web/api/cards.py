"""Knowledge cards of all weeks: list them, and verify, edit, hand on or retire one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.domain.knowledge import State
from app.errors import PersonUnknown
from app.services import paging, pasted_links
from app.services.access import accounts
from app.services.cards import cards, listing
from app.services.cards.cards import Edit
from app.services.cards.listing import Card
from app.services.ledger.drafts import LONGEST_EMAIL
from app.services.validation import parse
from app.web.api.bodies import takes_changes
from app.web.api.weeks import Cursor, Limit
from app.web.deps import AdminAct, AppDatabase, RawBody, Reader, ReadSession
from app.web.documents import cards as documents
from app.web.documents.cards import card_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["cards"], route_class=DatabaseRoute)

CardId = Annotated[str, Path(description="The id of the card’s activity", examples=["9f86d081884c7d65"])]
OfState = Annotated[State | None, Query(description="Only cards in this state")]
Email = Annotated[str, Field(max_length=LONGEST_EMAIL)]


class CardChanges(BaseModel):
    """Changes of a card; what is left out stays. `by` is the email of who verified it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str | None, Field(min_length=1, max_length=cards.LONGEST_TITLE)] = None
    url: Annotated[str | None, Field(max_length=pasted_links.LONGEST)] = None
    owner: Annotated[Email | None, Field(description="The email of a person")] = None
    state: Annotated[Literal["verified", "retired"] | None, Field(description="Cards become due by themselves")] = None
    by: Email | None = None


@router.get("/cards", operation_id="listCards", responses={200: {"model": documents.CardList}})
def list_cards(
    actor: Reader,
    session: ReadSession,
    state: OfState = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """The knowledge cards of all weeks, the newest first; behind a freeze those of before it."""
    found = listing.page(session, actor, state=state or "", cursor=cursor, limit=limit)
    rows = [card_document(card) for card in found.items]
    return JSONResponse(documents.CardList(items=rows, next_cursor=found.next_cursor))


@router.patch(
    "/cards/{card_id}",
    operation_id="changeCard",
    openapi_extra=takes_changes(CardChanges, {"state": "verified", "by": "bo@example.com"}),
    responses={200: {"model": documents.Card}},
)
def change_card(act: AdminAct, database: AppDatabase, card_id: CardId, body: RawBody) -> Response:
    """Edit a card, hand it on, verify it for a person, or retire it; an edit by a program makes it a draft.

    409 where its own owner or writer is to verify it, or it isn't due yet.
    """
    wish = parse(CardChanges, body)
    with database.unit_of_work() as session:
        document = card_document(_change(session, card_id, wish, act))
    return JSONResponse(document)


def _change(session: Session, card_id: str, wish: CardChanges, act: Act) -> Card:
    card = cards.edit(session, card_id, Edit(title=wish.title, url=wish.url), act)
    if wish.owner is not None:
        card = cards.hand_on(session, card_id, wish.owner, act)
    if wish.state == "verified":
        card = cards.verify(session, card_id, person_id_of(session, wish.by), act)
    if wish.state == "retired":
        card = cards.retire(session, card_id, act)
    return card


def person_id_of(session: Session, email: str | None) -> str | None:
    """The id of who has this email; None without one. Raises PersonUnknown."""
    if email is None:
        return None
    person = accounts.by_email(session, email)
    if person is None or person.disabled_at is not None:
        raise PersonUnknown(email)
    return person.id
