"""Sentences about metrics, true however few or many answers they tell of."""

from app.domain.week_metrics.measuring import FEWEST_TIMES
from app.domain.week_metrics.share import Share
from app.domain.wording import duration

_ONE_HOUR = 3600
_OUT_OF = (10, 20, 100)
"""Few first, so that people see them before their eyes: 9 of 10 rather than 18 of 20."""
_EXACT_UPTO = 10


def answered_line(within: Share, sla: int) -> str:
    """The line for screens: “9 of 10 customers answered within the hour”; empty for fewer than 5 known times.

    It never promises more than there was: what is no whole number out of ten, twenty or a hundred is rounded down.
    """
    if within.whole < FEWEST_TIMES or within.part == 0:
        return ""
    limit = "the hour" if sla == _ONE_HOUR else duration(sla)
    if within.part == within.whole:
        return f"Every customer answered within {limit}"
    part, whole = (within.part, within.whole) if within.whole <= _EXACT_UPTO else _simplified(within)
    return f"{part} of {whole} customers answered within {limit}" if part else ""


def _simplified(share: Share) -> tuple[int, int]:
    """The share out of the fewest that tell at least 94 % of it, rounded down."""
    for whole in _OUT_OF:
        part = share.part * whole // share.whole
        if part * share.whole * 100 >= 94 * share.part * whole:
            return part, whole
    return part, whole
