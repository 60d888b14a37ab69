"""Knowledge cards as CSV, the newest first, with everything organizers may read."""

from collections.abc import Iterator

from app.db.database import Database
from app.domain.actor import Act
from app.services import paging
from app.services.cards import listing
from app.services.cards.listing import Card
from app.services.exports import csv_text
from app.services.paging import Page

COLUMNS = ("id", "week", "title", "url", "state", "owner", "due_on", "created_at", "source", "external_id")


def first(database: Database, act: Act, *, per_page: int = paging.MAX_PER_PAGE) -> Page[Card]:
    """The newest cards, from which `lines` goes on."""
    return _page(database, act, None, per_page)


def lines(database: Database, act: Act, page: Page[Card], *, per_page: int = paging.MAX_PER_PAGE) -> Iterator[str]:
    """CSV text, a page of cards at a time. Each page is read for itself, so a slow reader holds no connection."""
    yield csv_text.text([COLUMNS])
    while page.items:
        yield csv_text.text(map(_row, page.items), marked=False)
        if page.next_cursor is None:
            return
        page = _page(database, act, page.next_cursor, per_page)


def _page(database: Database, act: Act, cursor: str | None, limit: int) -> Page[Card]:
    with database.reading() as session:
        return listing.page(session, act.actor, cursor=cursor, limit=limit)


def _row(card: Card) -> tuple[object, ...]:
    entry = card.entry
    return (
        card.id, card.week.slug, card.title, card.url, card.state, card.owner.email, card.due_on or "",
        entry.occurred_at, entry.source, entry.external_id,
    )  # fmt: skip
