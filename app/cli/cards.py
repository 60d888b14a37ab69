"""`cards`: knowledge cards of all weeks, and who verified them."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import command_act, reading, writing
from app.domain.knowledge import STATES, State
from app.errors import PersonUnknown
from app.services import paging
from app.services.access import accounts
from app.services.cards import cards, listing
from app.services.cards.listing import Card
from app.web.documents.cards import card_document

COLUMNS = ("id", "state", "due_on", "owner", "title")

group = typer.Typer(help="Knowledge cards: which are verified, and which are due.", no_args_is_help=True)
CardId = Annotated[str, typer.Argument(metavar="CARD", help="The card's id.")]


def known_state(text: str) -> State:
    """A state as given. Raises BadParameter for one there is not."""
    for state in STATES:
        if state == text:
            return state
    raise typer.BadParameter(f"“{text}” isn’t a state. Choose from {', '.join(STATES)}.")


OfState = Annotated[
    State | None, typer.Option(metavar="STATE", parser=known_state, help=f"One of {', '.join(STATES)}.")
]


@command(group, "list")
def list_cards(_voice: Voice, state: OfState = None) -> Answer:
    """List the knowledge cards of all weeks, the newest first."""
    actor, found, cursor = command_act().actor, [], None
    with reading() as session:
        while True:
            page = listing.page(session, actor, state=state or "", cursor=cursor, limit=paging.MAX_PER_PAGE)
            found += [card_document(card) for card in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    rows = [tuple(document[name] or "" for name in COLUMNS) for document in found]  # type: ignore[literal-required]
    return Answer(found, [Table(COLUMNS, rows)] if rows else ["No cards."])


@command(group, "verify")
def verify_card(
    _voice: Voice, card: CardId, by: Annotated[str, typer.Option(metavar="EMAIL", help="Who verified it.")]
) -> Answer:
    """Verify a card for 90 days, in the name of someone who neither owns it nor wrote it last."""
    with writing() as session:
        person = accounts.by_email(session, by)
        if person is None or person.disabled_at is not None:
            raise PersonUnknown(by)
        saved = cards.verify(session, card, person.id, command_act())
        return _answer(saved, f"Verified until {saved.due_on}.")


@command(group, "retire")
def retire_card(_voice: Voice, card: CardId) -> Answer:
    """Retire a card that is due."""
    with writing() as session:
        return _answer(cards.retire(session, card, command_act()), "Retired.")


def _answer(card: Card, sentence: str) -> Answer:
    return Answer(card_document(card), [sentence])
