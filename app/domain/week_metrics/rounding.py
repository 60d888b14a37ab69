"""Metrics as they leave: rounded half up, shares to 4 decimals, seconds and numbers per hundred to one."""

from fractions import Fraction
from typing import Any

from app.domain.week_metrics.measuring import WeekMetrics
from app.domain.week_metrics.share import Share

_SHARE, _ONE = 4, 1


def round_half_up(value: Fraction | None, decimals: int) -> float | None:
    """A fraction of at least 0 rounded to so many decimals, halves upwards; None stays None."""
    if value is None:
        return None
    scale = 10**decimals
    return float(Fraction(int(value * scale + Fraction(1, 2)), scale))


def per_hundred(value: Fraction | None) -> float | None:
    """A ratio as a number per hundred, with one decimal."""
    return None if value is None else round_half_up(value * 100, _ONE)


def as_document(metrics: WeekMetrics) -> dict[str, Any]:
    """The metrics as API, command and exports give them."""
    return {
        "responses": metrics.responses,
        "issues": metrics.issues,
        "feature_requests": metrics.feature_requests,
        "first_responses": metrics.first_responses,
        "first_known": metrics.first_within.whole,
        "first_median_seconds": round_half_up(metrics.first_median, _ONE),
        "first_p90_seconds": round_half_up(metrics.first_p90, _ONE),
        "first_within_sla": _share(metrics.first_within),
        "next_responses": metrics.next_responses,
        "next_within_sla": _share(metrics.next_within),
        "known": metrics.within.whole,
        "within_sla": _share(metrics.within),
        "issues_per_100_responses": per_hundred(metrics.per_response(metrics.issues)),
        "requests_per_100_responses": per_hundred(metrics.per_response(metrics.feature_requests)),
        "early_shift_share": _share(metrics.early),
        "coverage": {
            "covered": metrics.coverage.covered,
            "due": metrics.coverage.due,
            "share": _share(metrics.coverage.share),
        },
        "participation": {
            **_participation(metrics.took_part),
            "by_function": {group.name: _participation(group.share) for group in metrics.by_function},
        },
        "repeat_share": None if metrics.repeat is None else _share(metrics.repeat),
        "contact_rate_per_100_customers": per_hundred(metrics.contact_rate),
    }


def as_rows(metrics: WeekMetrics) -> list[tuple[str, str | None, float | None]]:
    """The same as rows: name, the group of functions (None: the whole week), value."""
    document = as_document(metrics)
    coverage, participation = document.pop("coverage"), document.pop("participation")
    functions = participation.pop("by_function")
    rows: list[tuple[str, str | None, float | None]] = [(name, None, value) for name, value in document.items()]
    rows += [(f"coverage_{name}", None, value) for name, value in coverage.items()]
    rows += [(f"participation_{name}", None, value) for name, value in participation.items()]
    for function, numbers in functions.items():
        rows += [(f"participation_{name}", function, value) for name, value in numbers.items()]
    return rows


def _participation(share: Share) -> dict[str, Any]:
    return {"took_part": share.part, "members": share.whole, "share": _share(share)}


def _share(share: Share) -> float | None:
    return round_half_up(share.value, _SHARE)
