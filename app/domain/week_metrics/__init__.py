"""Metrics of a week: how it went for customers and for colleagues; the ones of the server itself are elsewhere."""

from app.domain.week_metrics.facts import Response, Slot, WeekRecord
from app.domain.week_metrics.measuring import Coverage, WeekMetrics, measure
from app.domain.week_metrics.rounding import as_document, as_rows, per_hundred, round_half_up
from app.domain.week_metrics.share import Share
from app.domain.week_metrics.small_groups import OTHER, SMALLEST, Group, protect
from app.domain.week_metrics.wording import answered_line

__all__ = [
    "OTHER",
    "SMALLEST",
    "Coverage",
    "Group",
    "Response",
    "Share",
    "Slot",
    "WeekMetrics",
    "WeekRecord",
    "answered_line",
    "as_document",
    "as_rows",
    "measure",
    "per_hundred",
    "protect",
    "round_half_up",
]
