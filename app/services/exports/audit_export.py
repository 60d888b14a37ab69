"""The audit as CSV, newest first, as the list shows it."""

from collections.abc import Iterator

from app.db.database import Database
from app.models import AuditEntry
from app.services import paging
from app.services.audit import audit
from app.services.audit.audit import Filter
from app.services.exports import csv_text
from app.services.paging import Page

COLUMNS = (
    "id", "at", "by", "person_id", "address", "action", "object_kind", "object_id", "object_name", "before", "after",
)  # fmt: skip


def first(database: Database, wanted: Filter, *, per_page: int = paging.MAX_PER_PAGE) -> Page[AuditEntry]:
    """The newest of the entries wanted, from which `lines` goes on."""
    return _page(database, wanted, None, per_page)


def lines(
    database: Database, wanted: Filter, page: Page[AuditEntry], *, per_page: int = paging.MAX_PER_PAGE
) -> Iterator[str]:
    """CSV text, a page of entries at a time. Each page is read for itself, so a slow reader holds no connection."""
    yield csv_text.text([COLUMNS])
    while page.items:
        yield csv_text.text(([getattr(entry, name) for name in COLUMNS] for entry in page.items), marked=False)
        if page.next_cursor is None:
            return
        page = _page(database, wanted, page.next_cursor, per_page)


def _page(database: Database, wanted: Filter, cursor: str | None, limit: int) -> Page[AuditEntry]:
    with database.reading() as session:
        return audit.page(session, wanted, cursor=cursor, limit=limit)
