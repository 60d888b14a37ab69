"""Metrics of a week as a table: a row for each, and for each group of functions that is shown."""

from datetime import datetime

from sqlmodel import Session

from app.domain.view import View
from app.domain.week_metrics import as_rows
from app.models import Week
from app.services.exports.tables import Table
from app.services.week_metrics import week_metrics

COLUMNS = ("metric", "function", "value")


def table(session: Session, week: Week, view: View, now: datetime) -> Table:
    """The metrics as a view has them; `function` is empty for those of the whole week, an unknown value is empty."""
    metrics = week_metrics.of_week(session, week, view, now)
    rows = [{"metric": name, "function": function, "value": value} for name, function, value in as_rows(metrics)]
    return Table("metrics", COLUMNS, [rows])
