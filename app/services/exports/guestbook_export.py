"""A week's guestbook as CSV, newest entry first, with everything organizers may read."""

from collections.abc import Iterator

from app.db.database import Database
from app.domain.actor import Act
from app.domain.view import EVERYTHING
from app.models import Week
from app.services import guestbook, paging
from app.services.exports import csv_text
from app.services.guestbook import GuestbookItem
from app.services.paging import Page

COLUMNS = ("id", "at", "person", "shift", "worked", "improve", "for", "may_quote", "hidden")


def first(database: Database, week: Week, act: Act, *, per_page: int = paging.MAX_PER_PAGE) -> Page[GuestbookItem]:
    """The newest entries, from which `lines` goes on."""
    return _page(database, week, act, None, per_page)


def lines(
    database: Database, week: Week, act: Act, page: Page[GuestbookItem], *, per_page: int = paging.MAX_PER_PAGE
) -> Iterator[str]:
    """CSV text, a page of entries at a time. Each page is read for itself, so a slow reader holds no connection."""
    yield csv_text.text([COLUMNS])
    while page.items:
        yield csv_text.text(map(_row, page.items), marked=False)
        if page.next_cursor is None:
            return
        page = _page(database, week, act, page.next_cursor, per_page)


def _page(database: Database, week: Week, act: Act, cursor: str | None, limit: int) -> Page[GuestbookItem]:
    with database.reading() as session:
        return guestbook.page(session, week, act.actor, EVERYTHING, cursor=cursor, limit=limit)


def _row(item: GuestbookItem) -> tuple[object, ...]:
    entry = item.entry
    return (
        entry.id, entry.written_at, item.person, item.shift, entry.worked, entry.improve,
        "everyone" if entry.is_public else "organizers", "yes" if entry.may_quote else "no", entry.hidden_reason or "",
    )  # fmt: skip
