"""Exports of a week: its tables and the figures of its answer reviews, and the note that somebody took them."""

from collections.abc import Callable
from datetime import datetime
from typing import IO, Final, Literal, get_args

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.view import View
from app.models import Week
from app.services.audit import audit
from app.services.exports import (
    counts_export,
    ledger_export,
    metrics_export,
    reviews_export,
    shifts_export,
    standings_export,
    tables,
)
from app.services.exports.tables import Format
from app.services.weeks import weeks

What = Literal["ledger", "standings", "shifts", "counts", "metrics", "reviews"]
EVERY: tuple[What, ...] = get_args(What)
FOR_ORGANIZERS: Final[frozenset[What]] = frozenset({"reviews"})
"""The tables that nobody else gets, frozen or not."""
_ROWS: dict[What, tuple[str, str]] = {
    "ledger": ("activity", "activities"),
    "standings": ("team", "teams"),
    "shifts": ("shift", "shifts"),
    "counts": ("row of counts", "rows of counts"),
    "metrics": ("row of metrics", "rows of metrics"),
    "reviews": ("row of figures", "rows of figures"),
}


def export(
    session: Session, week: Week, what: What, form: Format, out: IO[str], view: View, now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> int:  # fmt: skip
    """Write one of a week's tables as a view has it; returns how many rows it has.

    `progress` gets the number of activities read, page by page. No more than a page of the ledger is held at once.
    """
    if what == "ledger":
        return ledger_export.export(session, week, form, out, progress, view=view)
    if what == "standings":
        table = standings_export.table(session, week, view, now)
    elif what == "shifts":
        table = shifts_export.table(session, week, view, form)
    elif what == "metrics":
        table = metrics_export.table(session, week, view, now)
    elif what == "reviews":
        table = reviews_export.table(session, week)
    else:
        table = counts_export.table(session, week, view, progress)
    return tables.write(table, week, form, out)


def rows_of(what: What, form: Format) -> tuple[str, str]:
    """The name of one row of an export, and of several; shifts as CSV have a row for each seat."""
    return ("row of shifts", "rows of shifts") if (what, form) == ("shifts", "csv") else _ROWS[what]


def note(session: Session, week: Week, what: What, form: Format, rows: int, view: View, act: Act) -> None:
    """Write down that somebody took an export: ledgers and shifts hold emails."""
    details: dict[str, str | int] = {"format": form, "activities" if what == "ledger" else "rows": rows}
    if view.looks_back:
        details["board"] = "frozen"
    action = {
        "ledger": "ledger.exported", "standings": "standings.exported", "shifts": "shifts.exported",
        "counts": "counts.exported", "metrics": "metrics.exported", "reviews": "reviews.exported",
    }[what]  # fmt: skip
    audit.note(session, action, weeks.audit_target(week), act, after=details)
