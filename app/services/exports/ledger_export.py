"""Exports: a whole week's ledger as CSV or JSON, reversed activities and adjustments included."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import IO, Literal

from sqlmodel import Session

from app.domain.view import EVERYTHING
from app.models import Week
from app.services import paging
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView

Format = Literal["csv", "json"]
COLUMNS = [field.name for field in fields(ActivityView)]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    writer = csv.writer(out, lineterminator="\r\n")  # with a lone \n, csv leaves a \r inside a cell unquoted
    writer.writerow(COLUMNS)
    count = 0
    for items in pages:
        writer.writerows([cell(getattr(item, name)) for name in COLUMNS] for item in items)
        count += len(items)
    return count


def cell(value: object) -> object:
    """Defuse CSV injection: a cell that a spreadsheet would take for a formula gets a leading '; numbers stay numbers.

    See OWASP, "CSV Injection": cells beginning with = + - @, a tab or a carriage return are run as formulas.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return moment(value)
        case str() if value.startswith(_FORMULA_STARTS):
            return f"'{value}"
        case _:
            return value


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


def moment(value: datetime) -> str:
    """A moment as every export and answer writes it: `2022-09-14T13:04:10.000000Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
