"""Exports: a whole week's ledger as CSV or JSON, reversed activities and adjustments included."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from typing import IO, Literal

from sqlmodel import Session

from app.domain.view import EVERYTHING
from app.models import Week
from app.services import paging
from app.services.exports import csv_text
from app.services.exports.csv_text import moment as moment
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView

Format = Literal["csv", "json"]
COLUMNS = [field.name for field in fields(ActivityView)]


def export(
    session: Session,
    week: Week,
    form: Format,
    out: IO[str],
    progress: Callable[[int], None],
    *,
    per_page: int = paging.MAX_PER_PAGE,
) -> int:
    """Write every activity of the week, oldest record first; returns how many. `progress` gets each page's size."""
    writer = _write_csv if form == "csv" else _write_json
    return writer(_pages(session, week, progress, per_page), week, out)


def _pages(
    session: Session, week: Week, progress: Callable[[int], None], per_page: int
) -> Iterator[list[ActivityView]]:
    cursor: str | None = None
    while True:
        page = activities.page(session, week, cursor=cursor, limit=per_page, view=EVERYTHING)
        progress(len(page.items))
        yield page.items
        if (cursor := page.next_cursor) is None:
            return


def _write_csv(pages: Iterator[list[ActivityView]], _week: Week, out: IO[str]) -> int:
    csv_text.write(out, [COLUMNS])
    count = 0
    for items in pages:
        csv_text.write(out, ([getattr(item, name) for name in COLUMNS] for item in items), marked=False)
        count += len(items)
    return count


def _write_json(pages: Iterator[list[ActivityView]], week: Week, out: IO[str]) -> int:
    head = {"week": week.slug, "name": week.name, "timezone": week.timezone, "state": week.state}
    head |= {"starts": week.starts.isoformat(), "ends": week.ends.isoformat()}
    out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "activities": [')
    count = 0
    for items in pages:
        for item in items:
            out.write(("," if count else "") + "\n" + json.dumps(asdict(item), ensure_ascii=False, default=moment))
            count += 1
    out.write("\n]}\n")
    return count
