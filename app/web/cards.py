"""`/cards`: knowledge cards that people wrote; anybody edits, another person verifies, owners retire what is due."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.knowledge import LABELS, STATES
from app.errors import Malformed, NotFound, PersonUnknown
from app.services import pasted_links
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.cards import cards, listing
from app.services.cards.cards import Edit
from app.services.exports import cards_export
from app.services.paging import Page as Some
from app.web.csv_answers import csv_answer
from app.web.deps import AppDatabase, MemberAct, OrganizerAct, ReadSession
from app.web.http.fields import Email, MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/cards", route_class=DatabaseRoute)

PER_PAGE = 20
FILE = "cards.csv"
DONE = {
    "edited": "Card saved.",
    "draft": "Card saved. It’s a draft until someone else verifies it.",
    "owned": "Card given to another owner, who hears of it.",
    "verified": "Card verified for 90 days. Thank you!",
    "retired": "Card retired.",
}


class CardForm(Form):
    """A card as it is to be, and the version it was seen at."""

    title: Annotated[str, MaxLength(cards.LONGEST_TITLE), says(cards.check_title)]
    url: Annotated[str, MaxLength(pasted_links.LONGEST), says(pasted_links.check)] = ""
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class OwnerForm(Form):
    """Another owner of a card."""

    owner: Email


class VerifyForm(Form):
    """The version of a card that somebody looked at and found true."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


@router.get("", name="cards")
def show_cards(
    request: Request,
    act: MemberAct,
    session: ReadSession,
    state: Annotated[str, Query()] = "",
    mine: Annotated[str, Query()] = "",
    cursor: Annotated[str, Query()] = "",
) -> Response:
    """The cards of all weeks, those of one state or one's own."""
    return cards_page(Page(request, act, session), state=state, mine=bool(mine), cursor=cursor)


@router.get("/{card_id}", name="card")
def show_card(request: Request, act: MemberAct, session: ReadSession, card_id: str, done: str = "") -> Response:
    """One card with its history."""
    return card_page(Page(request, act, session, flash=DONE.get(done, "")), card_id=card_id)


def cards_page(page: Page[SignedInAct], *, state: str, mine: bool, cursor: str) -> Response:
    """The list, newest first. Raises Malformed for a bad cursor."""
    actor = page.act.actor
    state = state if state in STATES else ""
    found = listing.page(page.session, actor, state=state, mine=mine, cursor=cursor or None, limit=PER_PAGE)
    counts = listing.counts(page.session, actor)
    return page.render(
        "cards/index.html", found=found, state=state, mine=mine, is_first=not cursor, labels=LABELS, counts=counts,
        total=sum(counts.values()), now=page.act.now,
    )  # fmt: skip


def card_page(page: Page[SignedInAct], *, card_id: str) -> Response:
    """A card, what was done to it, and what its reader may do. Raises NotFound."""
    card = listing.find(page.session, card_id, page.act.actor)
    if card is None:
        raise NotFound("There’s no such card. It may have been reversed.")
    return page.render(
        "cards/card.html", card=card, labels=LABELS, now=page.act.now,
        history=listing.histories(page.session, [card]).get(card.id, ()),
        form=page.form(CardForm, title=card.title, url=card.url, version=str(card.version)),
        owner=page.form(OwnerForm, owner=card.owner.email),
    )  # fmt: skip


@router.post("/{card_id}", name="card_edit")
def edit_card(request: Request, act: MemberAct, card_id: str, form: FormState[CardForm]) -> Response:
    """Change a card's title or link."""

    def edit(session: Session, act: SignedInAct) -> Done:
        data = form.data
        saved = cards.edit(session, card_id, Edit(data.title, data.url, data.version), act)
        return Done("card", "draft" if saved.state == "draft" else "edited", {"card_id": card_id})

    return submit(request, act, edit, form=form, page=partial(card_page, card_id=card_id))


@router.post("/{card_id}/owner", name="card_owner")
def give_card(request: Request, act: OrganizerAct, card_id: str, form: FormState[OwnerForm]) -> Response:
    """Give a card another owner."""

    def give(session: Session, act: SignedInAct) -> Done:
        try:
            cards.hand_on(session, card_id, form.data.owner.strip(), act)
        except PersonUnknown as problem:
            raise Malformed.at(owner=problem.detail) from None
        return Done("card", "owned", {"card_id": card_id})

    return submit(request, act, give, form=form, page=partial(card_page, card_id=card_id))


@router.post("/{card_id}/verification", name="card_verify")
def verify_card(request: Request, act: MemberAct, card_id: str, form: FormState[VerifyForm]) -> Response:
    """Verify somebody else's card."""

    def verify(session: Session, act: SignedInAct) -> Done:
        cards.verify(session, card_id, act.actor.person_id, act, version=form.data.version)
        return Done("card", "verified", {"card_id": card_id})

    return submit(request, act, verify, form=form, page=partial(card_page, card_id=card_id))


@router.post("/{card_id}/retirement", name="card_retire")
def retire_card(request: Request, act: MemberAct, card_id: str) -> Response:
    """Retire a card that is due."""

    def retire(session: Session, act: SignedInAct) -> Done:
        cards.retire(session, card_id, act)
        return Done("card", "retired", {"card_id": card_id})

    return submit(request, act, retire, page=partial(card_page, card_id=card_id))


@router.post("", name="cards_export")
def export_cards(request: Request, act: OrganizerAct, database: AppDatabase) -> Response:
    """Every card as CSV; that somebody took them is noted before the first one leaves."""
    first: Some[listing.Card] = cards_export.first(database, act)
    with database.unit_of_work() as session:
        audit.note(session, "cards.exported", AuditTarget("card", "", "All cards"), act)
    return csv_answer(database, cards_export.lines(database, act, first), FILE)
