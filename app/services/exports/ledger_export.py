"""Exports: a whole week's ledger as CSV or JSON, reversed activities and adjustments included."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from typing import IO

from sqlmodel import Session

from app.domain.view import EVERYTHING, View
from app.models import Week
from app.services import paging
from app.services.exports import tables
from app.services.exports.csv_text import moment as moment
from app.services.exports.tables import Format as Format
from app.services.exports.tables import Table
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView

COLUMNS = [field.name for field in fields(ActivityView)]


def export(
    session: Session,
    week: Week,
    form: Format,
    out: IO[str],
    progress: Callable[[int], None],
    *,
    view: View = EVERYTHING,
    per_page: int = paging.MAX_PER_PAGE,
) -> int:
    """Write every activity of the week, oldest record first; returns how many. `progress` gets each page's size."""
    found = pages(session, week, progress, view=view, per_page=per_page)
    return tables.write(Table("activities", COLUMNS, (list(map(asdict, items)) for items in found)), week, form, out)


def pages(
    session: Session,
    week: Week,
    progress: Callable[[int], None],
    *,
    view: View = EVERYTHING,
    per_page: int = paging.MAX_PER_PAGE,
) -> Iterator[list[ActivityView]]:
    """The activities of a week as a view has them, a page at a time."""
    cursor: str | None = None
    while True:
        page = activities.page(session, week, cursor=cursor, limit=per_page, view=view)
        progress(len(page.items))
        yield page.items
        if (cursor := page.next_cursor) is None:
            return
